"""A proxy between the program and a site that treats connections badly: it drops, delays, truncates and resets them."""
import asyncio
import random
import socket
import struct
import threading


class BadLine:
    """Forwards TCP connections on a port of its own. What becomes of each piece of an answer is decided by a seed."""

    def __init__(self, target_port, seed, rate=0.06):
        self.target_port = target_port
        self.rate = rate
        self.dice = random.Random(seed)
        self.struck = {"drop": 0, "delay": 0, "truncate": 0, "reset": 0}
        self.port = None
        self._loop = asyncio.new_event_loop()
        self._open = set()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait()

    def heal(self):
        """From now on everything arrives."""
        self.rate = 0

    def close(self):
        """Ends all connections."""

        def end():
            for task in self._open:
                task.cancel()
            self._loop.call_later(0.1, self._loop.stop)

        self._loop.call_soon_threadsafe(end)
        self._thread.join()

    def _serve(self, started):
        asyncio.set_event_loop(self._loop)

        async def begin():
            server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    async def _connection(self, reader, writer):
        task = asyncio.current_task()
        self._open.add(task)
        try:
            await self._converse(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)

    async def _converse(self, reader, writer):
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.close()
            return
        forth = asyncio.ensure_future(self._forward(reader, back))
        try:
            await self._answers(there, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            forth.cancel()
            for end in (back, writer):
                end.close()

    async def _forward(self, reader, writer):
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def _answers(self, reader, writer):
        while piece := await reader.read(65536):
            fault = self.dice.choice(list(self.struck)) if self.dice.random() < self.rate else None
            if fault:
                self.struck[fault] += 1
            if fault == "drop":
                return
            if fault == "delay":
                await asyncio.sleep(self.dice.uniform(0.02, 0.8))
            if fault in ("truncate", "reset"):
                writer.write(piece[: self.dice.randrange(len(piece))])
                await writer.drain()
                if fault == "reset":
                    # No more waiting for what is on the way: the other side gets a reset.
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                return
            writer.write(piece)
            await writer.drain()
