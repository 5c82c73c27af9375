"""Cells for templates."""

from django import template

from astra.adminsite import cells, navigation, units

register = template.Library()

register.simple_tag(navigation.crumbs)
register.filter("copy_button", cells.copy_button)
register.filter("badge", cells.badge)
register.filter("state_badge", cells.state_badge)
register.filter("tone", cells.tone_of)
register.filter("instant", cells.instant)
register.filter("record_link", cells.record_link)
register.filter("thousands", units.human_number)
