"""Log lines as JSON, one object each, where `ASTRA_LOG_FORMAT` asks for them."""

import logging

import structlog


def json_formatter() -> logging.Formatter:
    """Return what makes JSON of a record: its message is `event`, what is `extra` are members."""
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
