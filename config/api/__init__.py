"""The API's addresses, its schema and its documentation, gathered from the rooms."""
