.venv/bin/python manage.py issue_token --organization sandbox --days 30 --label "first try"
