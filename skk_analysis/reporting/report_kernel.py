"""ipykernel as it is, but no message of a report is dropped.

ZMQ's publishing socket throws messages away once a thousand wait for a receiver that is busy. The
one that says that a cell has ended may be among them, and the runner would then wait for it until
its time is up (T18). ipykernel has no setting for that limit, so its application is asked here to
open the socket in a context that has none; the receiving side is in `kernel`.
"""

from __future__ import annotations

import os
import sys

import zmq
from ipykernel.kernelapp import IPKernelApp


class ReportKernel(IPKernelApp):
    """The kernel application of reports."""

    def init_iopub(self, context: zmq.Context) -> None:
        """Open the socket for outputs without a limit to waiting messages."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)


def run_kernel(arguments: list[str]) -> None:
    """Turn this process into a kernel that ends with its parent; returns when it is shut down."""
    ReportKernel.clear_instance()
    # with a parent it knows, ipykernel ends by itself when that ends, and prints no advice
    arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel_launcher.py", *arguments]
    ReportKernel.launch_instance(argv=arguments)


if __name__ == "__main__":
    ReportKernel.launch_instance()
