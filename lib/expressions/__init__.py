"""What people write where a date is asked for, taken apart: words, periods, ranges. `lib.written` is the door."""
