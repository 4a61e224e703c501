"""The demos of the five notices: small pools of the place, its people, and the campaign played up to a stage.

Everything goes through the services that people use, on the days of the notice. One module per notice holds what only
that notice demands.
"""
