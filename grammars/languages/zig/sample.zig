//! A ring buffer of bytes.
const std = @import("std");
const Allocator = std.mem.Allocator;

/// The size when none is given.
pub const default_size: usize = 4096;
var counter: u32 = 0;
threadlocal var scratch: [64]u8 = undefined;

pub const Error = error{ Full, Empty };

/// What happens when the buffer is full.
pub const Policy = enum(u8) {
    drop_oldest,
    refuse,

    pub fn name(self: Policy) []const u8 {
        return @tagName(self);
    }
};

/// A fixed ring.
pub const Ring = struct {
    const Self = @This();

    items: []u8,
    head: usize = 0,
    /// How many bytes are stored.
    len: usize,

    pub fn init(allocator: Allocator, size: usize) !Self {
        const items = try allocator.alloc(u8, size);
        return .{ .items = items, .len = 0 };
    }

    // TODO: write in two copies instead of one byte at a time
    pub fn push(self: *Self, byte: u8) Error!void {
        if (self.len == self.items.len) return Error.Full;
        const at = (self.head + self.len) % self.items.len;
        self.items[at] = byte;
        self.len += 1;
    }

    fn wrap(self: Self, index: usize) usize {
        return index % self.items.len;
    }
};

const Value = union(enum) {
    int: i64,
    text: []const u8,
};

extern "c" fn getpid() c_int;

export fn ring_count() u32 {
    return counter;
}

pub fn Generic(comptime T: type) type {
    return struct {
        value: T,
        pub fn get(self: @This()) T {
            return self.value;
        }
    };
}

test "push fills the ring" {
    var ring = try Ring.init(std.testing.allocator, 1);
    try ring.push(1);
}

fn before(x: u32) u32 {
    return x;
}

fn wrong(x: u32) u32 {
    return x ] + 1;
}

fn after(y: u32) u32 {
    return y * 2;
}
