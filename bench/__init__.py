"""Speed, as ratios measured side by side in one run: `make bench`."""

import logging

import structlog

# What happens inside a measure is not told line by line.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
