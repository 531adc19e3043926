#!/usr/bin/perl
use strict;
use warnings;

package Mail::Queue;

use parent 'Mail::Base';
use constant MAX_SIZE => 100;
use constant { RETRIES => 3, DELAY => 60 };

our $VERSION = '1.04';
our @EXPORT_OK = qw(enqueue);
my $count = 0;
my %handlers = (error => sub { warn @_ });

=head1 NAME

Mail::Queue - a queue of outgoing mail

=cut

# Creates a queue.
sub new {
    my ($class, %options) = @_;
    my $self = bless { items => [], %options }, $class;
    return $self;
}

# Adds a message.
# TODO: refuse messages without a sender
sub enqueue {
    my ($self, $message) = @_;
    my $inner = sub { return length shift };
    push @{ $self->{items} }, $message if @{ $self->{items} } < MAX_SIZE;
    return $inner->($message);
}

sub _flush($self, $force = 0) {
    $count++ for 1 .. 3;
    return;
}

package Mail::Queue::Item {
    sub subject {
        my $self = shift;
        return $self->{subject};
    }
}

package main;

sub before {
    my $x = shift;
    return $x;
}

sub wrong {
    my $x = 1 ] + 2;
}

sub after {
    return 2;
}

1;
