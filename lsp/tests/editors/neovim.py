"""Neovim, with keys pressed as a person does: attach, hover, code action, symbol search, rename a file.

    python neovim.py SERVER...      (SERVER is the command of a language server on standard input and output)

Needs `nvim` 0.11 on the PATH and the package `pynvim`; scripts/editors.sh installs both.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import pynvim

PATIENCE = 60

LIB = """\
mod price;
use crate::price::total;

// TODO: rounding
pub fn checkout(prices: &[u64]) -> u64 {
    total(prices)
}
"""
PRICE = """\
pub fn total(prices: &[u64]) -> u64 {
    prices.iter().sum()
}
"""


def until(what, holds):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.02)
    raise SystemExit(f"waited in vain: {what}")


def git(folder, *arguments):
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *identity, *arguments], cwd=folder, env=environment, check=True)


def screen(nvim):
    lua = """
        local lines = {}
        for row = 1, vim.o.lines do
            local line = {}
            for column = 1, vim.o.columns do line[#line + 1] = vim.fn.screenstring(row, column) end
            lines[#lines + 1] = table.concat(line)
        end
        return table.concat(lines, '\\n')
    """
    nvim.command("redraw!")
    return nvim.exec_lua(lua)


def shows(nvim, text):
    return until(f"the screen shows {text!r}", lambda: text in screen(nvim))


def main():
    server = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home) / "shop"
        (folder / "src").mkdir(parents=True)
        (folder / "src/lib.rs").write_text(LIB)
        (folder / "src/price.rs").write_text(PRICE)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "Open the shop")
        os.chdir(folder)
        os.environ.update({f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "DATA", "STATE", "CACHE")})
        nvim = pynvim.attach("child", argv=["nvim", "--embed", "--headless", "--clean", "-n"])
        nvim.command("filetype on")
        nvim.options["columns"], nvim.options["lines"] = 120, 40
        nvim.exec_lua(
            """
            vim.lsp.config('devmentor', { cmd = ..., filetypes = { 'rust' }, root_markers = { '.git' } })
            vim.lsp.enable('devmentor')
            """,
            server,
        )
        nvim.command("edit src/price.rs")
        attached = "return #vim.lsp.get_clients({ bufnr = 0, name = 'devmentor' }) > 0"
        until("the server is attached", lambda: nvim.exec_lua(attached))

        def hover():
            nvim.input("<Esc>gg0wwK")
            nvim.command("sleep 100m")
            text = screen(nvim)
            return "1 call in 1 file" in text and "Last change" in text and "Open the shop" in text

        until("the hover tells calls and the last change", hover)
        nvim.input("<Esc>")

        nvim.command("edit src/lib.rs")
        until("the server is attached", lambda: nvim.exec_lua(attached))
        nvim.input("4G0gra")
        shows(nvim, "Create a task from this TODO")
        nvim.input("1<CR>")
        shows(nvim, "no project is connected")
        nvim.input("<CR><Esc>")

        def symbols():
            nvim.exec_lua("vim.lsp.buf.workspace_symbol('total')")
            return "price.rs" in screen(nvim) and "total" in screen(nvim)

        until("the symbol is found", symbols)
        nvim.command("cclose")

        os.rename("src/price.rs", "src/cost.rs")
        query = """
            local found = vim.lsp.get_clients({ name = 'devmentor' })[1]:request_sync('workspace/symbol', { query = 'total' }, 5000)
            return vim.json.encode(found.result)
        """
        until("the renamed file is found", lambda: "src/cost.rs" in nvim.exec_lua(query) and "price.rs" not in nvim.exec_lua(query))
        nvim.command("qa!", async_=True)
        nvim.close()
    print("Neovim: attach, hover, code action, symbol search and a renamed file work")


main()
