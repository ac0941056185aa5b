"""The log of one node on its disk.

A line an entry, "EPOCH TOKEN"; the file is written before anything is acknowledged, so a killed process loses
nothing. A last line without its end is what a crash left of a write that nobody was told about: it is dropped.
"""
import os


class Log:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "log")
        self.entries = self._load()  # (epoch, token); index 1 is entries[0]
        self.file = open(self.path, "ab", buffering=0)

    def _load(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, "rb") as file:
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        lines = (line.split(" ", 1) for line in whole.decode().splitlines())
        return [(int(epoch), token) for epoch, token in lines]

    def append(self, epoch, token):
        """Returns the index of the entry."""
        self.file.write(f"{epoch} {token}\n".encode())
        self.entries.append((epoch, token))
        return len(self.entries)

    def truncate(self, length):
        """Keeps the first `length` entries."""
        if length >= len(self.entries):
            return
        kept = "".join(f"{epoch} {token}\n" for epoch, token in self.entries[:length])
        os.ftruncate(self.file.fileno(), len(kept.encode()))
        del self.entries[length:]

    def next_epoch(self):
        """One more than ever before: a life of the leader. Written before it is used."""
        path = os.path.join(self.folder, "epoch")
        epoch = 1
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                epoch = int(file.read()) + 1
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(str(epoch))
        os.replace(path + ".new", path)
        return epoch

    def common_with(self, length, epoch):
        """How many entries a follower with `length` entries, the last of `epoch`, shares with this log.

        A follower's log is the beginning of what the leader's log was in that epoch, and since then the leader has
        only dropped entries from the end and added some of later epochs.
        """
        not_later = sum(1 for entry_epoch, _ in self.entries if entry_epoch <= epoch)
        return min(length, not_later)
