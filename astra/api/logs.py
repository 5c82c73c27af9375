"""Log lines: as JSON where `ASTRA_LOG_FORMAT` asks for them, and without what helps nobody."""

import logging


def without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    """Return the record of an unknown host, which a caller named and no code of ours is to be looked
    at for; name our own variable, not Django's setting.
    """
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
