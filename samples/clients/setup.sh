export TOKEN=mithaq_…   # the token, as it was shown
