"""The report for people who decide: one HTML page, good on paper."""

from regulars.serve.report.page import report, write_report

__all__ = ["report", "write_report"]
