"""The everyday peer: what Django and REST framework give over the same tables when written as their guides say.

View sets with `select_related` and `prefetch_related`, model serializers, a template page with the parties nested.
Nobody is asked who they are; nothing is audited: triggers sleep in its sessions, as if the tables were plain.
"""
