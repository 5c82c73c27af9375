"""Log lines: as JSON where `ASTRA_LOG_FORMAT` asks for them, and without what helps nobody."""

import logging


def without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    """Return the record, without a traceback where Django found what a caller sent suspicious.

    Anybody may send such, and no code of ours is to be looked at for it: that is worth a line, not
    thirty. Where it is an unknown host our own variable is named, not Django's setting.
    """
    if record.name.startswith("django.security."):
        record.exc_info = None
        message = record.getMessage().replace("ALLOWED_HOSTS", "ASTRA_ALLOWED_HOSTS")
        record.msg, record.args = message, ()
    return record


def json_formatter() -> logging.Formatter:
    """Return what makes JSON of a record: its message is `event`, what is `extra` are members."""
    # Most services do without.
    import structlog

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
    )
