"""The dashboard: pages on this computer whose forms do what the commands do.

``app`` puts the pages together, ``guard`` decides who may come in, ``routes`` makes a visit of a request
and a page of an error, ``forms`` reads what was typed, ``pages`` writes HTML. Each other file is one page
or a few that belong together: functions that gather through ``actions`` and answer with a template, and one
for each form. No page computes a number. docs/security.md says what is defended against whom.
"""
