"""Running the simulator as a process of its own."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

import uvicorn

from app.simulators.stripe.build import BANNER, build_simulator
from app.simulators.stripe.simulator import SimulatorConfig

GRACE_SECONDS = 2


class Server(uvicorn.Server):
    """Ends with exit code 0 on SIGTERM and SIGINT; uvicorn's own would raise the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def server(config: SimulatorConfig, *, port: int, host: str = "127.0.0.1") -> Server:
    """A server that is not yet running; its log is silent because cut connections are its trade."""
    return Server(
        uvicorn.Config(
            build_simulator(config),
            host=host,
            port=port,
            log_level="critical",
            access_log=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def run(config: SimulatorConfig, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT."""
    running = server(config, port=port, host=host)
    sys.stdout.write(f"{BANNER} http://{host}:{port}\n")
    sys.stdout.flush()
    running.run()
