#!/usr/bin/env lua
-- Timers of the game loop.
local M = {}
local Timer = {}
Timer.__index = Timer

local MAX_TIMERS = 64
local pending, done = {}, 0
VERSION = "1.2"

--- Creates a timer.
-- @param seconds how long it runs
-- @param callback what happens then
function M.new(seconds, callback)
  local self = setmetatable({}, Timer)
  self.left = seconds
  self.callback = callback
  return self
end

--[[ Advances a timer.
TODO: carry the rest over ]]
function Timer:update(dt)
  self.left = self.left - dt
  if self.left <= 0 then
    local function fire() self.callback(self) end
    fire()
  end
end

local function sweep(list)
  for index = #list, 1, -1 do
    if list[index].left <= 0 then table.remove(list, index) end
  end
end

-- Stops everything.
M.stop = function(list)
  sweep(list)
end

local format = function(timer)
  return ("%.2f"):format(timer.left)
end

function global_tick(dt)
  for _, timer in ipairs(pending) do timer:update(dt) end
end

M.defaults = {
  speed = 1,
  on_error = function(message) print(message) end,
}

M.ui.labels.show = function(text) return text end

function M.before(x) return x end

function M.wrong(x)
  return x == ] + 1
end

function M.after(y)
  return y + 1
end

return M
