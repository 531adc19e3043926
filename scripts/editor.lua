-- What `make run` ends with: Neovim on this repository with DevMentor attached, without any plugin.
-- DEVMENTOR is the binary. With DEVMENTOR_SHOW set, one hover is printed instead of opening a window.
vim.cmd('filetype on')
vim.cmd('syntax on')
vim.lsp.config('devmentor', {
  cmd = { vim.env.DEVMENTOR, 'lsp' },
  filetypes = { 'rust', 'python', 'lua', 'sh', 'markdown' },
  root_markers = { '.git' },
})
vim.lsp.enable('devmentor')
vim.opt.number = true
vim.opt.signcolumn = 'no'

local function attached()
  local client = vim.lsp.get_clients({ name = 'devmentor' })[1]
  return client and client.initialized and client or nil
end

-- Puts the cursor on a function, so that the first key a newcomer presses says something.
local function on_update()
  vim.fn.search('pub fn update(', 'c')
  vim.cmd('normal! ww')
end

if vim.env.DEVMENTOR_SHOW then
  vim.cmd('edit index/src/index.rs')
  on_update()
  local said
  vim.wait(60000, function()
    local client = attached()
    if not client then return false end
    local answer = client:request_sync('textDocument/hover', vim.lsp.util.make_position_params(0, 'utf-8'), 2000, vim.api.nvim_get_current_buf())
    said = answer and answer.result and answer.result.contents.value
    return said and said:find('call') ~= nil
  end, 100)
  io.stdout:write(said and ('Neovim is attached; `K` on Index::update in index/src/index.rs says:\n\n' .. said .. '\n') or 'Neovim got no answer; `devmentor doctor` says what is wrong\n')
  vim.cmd(said and 'qa!' or 'cq!')
else
  vim.api.nvim_create_autocmd('LspAttach', {
    once = true,
    callback = function()
      on_update()
      vim.schedule(function()
        vim.notify('K: what is known of the function   gra: actions   gO: outline   :lua vim.lsp.buf.workspace_symbol("gUBI")   :qa to leave')
      end)
    end,
  })
end
