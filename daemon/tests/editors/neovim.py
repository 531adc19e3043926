"""Neovim as a person uses it: keys go in, the screen comes out."""
import os
import pathlib
import sys

import pynvim

from conftest import wait

NVIM = pathlib.Path(sys.executable).with_name("nvim")


class Neovim:
    """One window. `servers` are the configurations of `vim.lsp.config` by name, each a table with `cmd` and `filetypes`."""

    def __init__(self, home, folder, servers, file):
        # pynvim hands its own environment to the editor.
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(home.environment)
        try:
            self.nvim = pynvim.attach("child", argv=[str(NVIM), "--embed", "--headless", "--clean", "-n"])
        finally:
            os.environ.clear()
            os.environ.update(before)
        self.nvim.command(f"cd {folder}")
        self.nvim.command("set columns=120 lines=40 shortmess+=I")
        self.nvim.command("filetype on")
        for name, server in servers.items():
            self.nvim.exec_lua("local name, server = ...; vim.lsp.config(name, server); vim.lsp.enable(name)", name, server)
        self.open(file)

    def open(self, file):
        self.nvim.command(f"edit {file}")

    def keys(self, keys):
        """Types keys; `<CR>` and the like are written so."""
        self.nvim.input(keys)

    def screen(self):
        """What the screen shows, line by line."""
        return self.nvim.exec_lua("""
            vim.cmd.redraw()
            local rows = {}
            for row = 1, vim.o.lines do
                local cells = {}
                for column = 1, vim.o.columns do
                    cells[#cells + 1] = vim.fn.screenstring(row, column)
                end
                rows[#rows + 1] = (table.concat(cells):gsub("%s+$", ""))
            end
            return table.concat(rows, "\\n")
        """)

    def shows(self, text):
        """Waits until the screen shows a text."""
        try:
            return wait(lambda: self.screen() if text in self.screen() else None, f"the screen to show {text!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it shows:\n{self.screen()}\n{self.messages()}") from None

    def hover(self, text):
        """Asks with `K` until the answer has a text, as a person asks again when the index was not ready."""
        def asked():
            # Moving the cursor closes the window of the answer before.
            self.keys("hlK")
            try:
                return wait(lambda: self.screen() if text in self.screen() else None, text, patience=2)
            except AssertionError:
                return None
        return wait(asked, f"a hover with {text!r}")

    def messages(self):
        return self.nvim.command_output("messages")

    def attached(self, *names):
        wait(lambda: set(names) <= set(self.nvim.exec_lua("return vim.tbl_map(function(c) return c.initialized and c.name or '' end, vim.lsp.get_clients({bufnr=0}))")),
             f"{names} to attach")

    def ready(self, name="devmentor"):
        """Waits until the server has indexed the folder."""
        def indexed():
            status = self.request(name, "devmentor/status", {})
            return status and status["folders"] and all(one["state"]["phase"] == "ready" for one in status["folders"])
        wait(indexed, "the index")

    def request(self, name, method, params):
        return self.nvim.exec_lua("""
            local name, method, params = ...
            local client = vim.lsp.get_clients({name = name})[1]
            if not client then return nil end
            local answer = client:request_sync(method, params, 10000, vim.api.nvim_get_current_buf())
            return answer and answer.result or nil
        """, name, method, params)

    def goto(self, text):
        """Puts the cursor on the first place of a text."""
        self.nvim.exec_lua("vim.api.nvim_win_set_cursor(0, {1, 0})")
        assert self.nvim.funcs.search("\\V" + text.replace("\\", "\\\\"), "c") > 0, f"no {text!r} in the buffer"

    def close(self):
        try:
            self.nvim.command("qa!")
        except (OSError, EOFError):
            pass
        self.nvim.close()
