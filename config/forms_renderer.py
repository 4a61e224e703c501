from django.forms.renderers import TemplatesSetting


class FormsRenderer(TemplatesSetting):
    """Forms and fields in the house's markup; needs "django.forms" among the installed apps."""

    form_template_name = "components/form.html"
    field_template_name = "components/form_field.html"
