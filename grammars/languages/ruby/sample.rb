# frozen_string_literal: true

require "set"
require_relative "ledger/entry"
load 'ledger/tasks.rb'

# Money in accounts, and who may move it.
module Ledger
  autoload :Report, "ledger/report"

  # Raised when an account would go below zero.
  class Overdrawn < StandardError; end

  CURRENCIES = %w[EUR USD].freeze
  MINIMUM, MAXIMUM = 0, 1_000_000
  Amount = Struct.new(:cents, :currency) do
    # Adds two amounts.
    def +(other)
      Amount.new(cents + other.cents, currency)
    end
  end
  Registry = Class.new

  # Things that can be written down.
  module Printable
    def to_line(width: 20) = title.ljust(width)
  end

  # An account of one person.
  #
  # @example
  #   Ledger::Account.new("ann").deposit(3)
  class Account < Base::Record
    include Printable
    extend Enumerable

    attr_reader :title, :entries
    # Changed by the clerk.
    attr_accessor :limit
    @@opened = 0

    # @param title [String] who owns it
    def initialize(title, limit = 0, *rest, kind: :private, note:, **options, &audit)
      @title, @limit = title, limit
      @entries ||= []
      @audit = audit
      @@opened += 1
    end

    class << self
      # Opens an account.
      def open(title) = new(title, note: nil)

      private

      def forget(title)
        registry.delete(title)
      end
    end

    def self.find(title)
      registry.fetch(title) { |missing| raise KeyError, missing }
    end

    def limit=(cents)
      @limit = cents
    end

    def <=>(other)
      balance <=> other.balance
    end

    def overdrawn?
      balance.negative?
    end

    # Takes money out.
    # FIXME: two clerks at once
    def withdraw(cents, at: Time.now)
      raise Overdrawn if cents > balance && !limit.positive?

      total = 0
      entries.each_with_index do |(amount, currency), index; total|
        total = amount
        next unless currency == "EUR" || currency == "USD"

        log(index, total)
      end
      entry = Entry.new(cents, at)
      @entries << entry
      total
    rescue ArgumentError, TypeError => error
      log(error.message)
    else
      save
    ensure
      unlock!
    end

    def rate(kind)
      case kind
      when :saving, :gift
        if limit > 10
          3
        elsif limit > 5
          2
        else
          1
        end
      when :loan then 9
      end
    end

    def describe(thing)
      case thing
      in {title: String => title, cents:} if cents > 3 then title
      in [first, *others] then first
      end
    end

    def sum
      sum = 0
      add = ->(cents, factor = 1) { sum += cents * factor }
      entries.each { |entry| add.call(entry.cents) }
      for entry in entries do sum += entry.cents end
      sum
    end

    define_method(:close) { |reason| archive(reason) }
    alias_method :balance, :sum
    alias size sum
    private def audit(event) = @audit&.call(event)

    protected

    attr_writer :audit

    private

    def save
      store.write(self)
    end

    def public_again; end
    public :public_again

    SECRET = 42
    private_constant :SECRET
  end
end

class Ledger::Clerk < Struct.new(:name)
  def greet(other) = "#{name} greets #{other.name}"
end

def Ledger.version = "1.2"

$ledger_debug = false

def print_all(accounts)
  accounts.map(&:to_line).each { |line| puts line }
  line
end

RSpec.describe Ledger::Account do
  context "when empty" do
    let(:account) { described_class.new("ann") }

    it "has no balance" do
      expect(account.balance).to eq(0)
    end
  end
end

class AccountTest < Minitest::Test
  def test_withdraw
    assert_raises(Ledger::Overdrawn) { Ledger::Account.find("ann").withdraw(1) }
  end

  test "deposits add up" do
    assert true
  end
end

def before_the_break = 1

def broken(a
  a +* )
end

def after_the_break
  before_the_break
end

class AlsoAfter
  def kept; end
end
