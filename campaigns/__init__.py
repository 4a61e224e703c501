"""The one list, campaigns from plan to draw, and the tasks that come out of them."""
