"""What people are told: events, notifications, tasks.

All of it is read from the history of what moves: nothing is written when something happens, so that it
always agrees with the history, and a restore or a replay brings it back as it was.
"""
