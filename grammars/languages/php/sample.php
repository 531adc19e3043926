<?php

declare(strict_types=1);

/**
 * Orders of the little shop.
 */
namespace Shop\Orders;

use DateTimeImmutable;
use \Countable;
use Shop\Customers\Customer;
use Shop\Money\Amount as Money;
use Shop\Events\{OrderPlaced, OrderPaid as Paid, Store\Log};
use function Shop\Money\format;
use const Shop\Money\CURRENCY;

require_once __DIR__ . '/legacy.php';
include 'templates.php';

define('SHOP_VERSION', '3.1');
const MAX_LINES = 100, MIN_LINES = 1;

$started = microtime(true);

/** Something that has a price. */
interface Priced
{
    public const FREE = 0;

    public function price(): int;
}

trait Notes
{
    /** @var string[] */
    private array $notes = [];

    public function note(string $text): static
    {
        $this->notes[] = $text;
        return $this;
    }
}

enum Status: string
{
    case Open = 'open';
    case Paid = 'paid';

    const DEFAULT = self::Open;

    public function label(): string
    {
        return match ($this) {
            self::Open, self::DEFAULT => 'still open',
            self::Paid => 'paid',
            default => 'unknown',
        };
    }
}

/**
 * An order of one customer.
 *
 * TODO: several currencies
 */
#[Entity(table: 'orders')]
final class Order extends Model implements Priced, Countable
{
    use Notes, Timestamps;

    protected const TABLE = 'orders';
    private ?Customer $customer = null, $payer;
    public static int $count = 0;
    var $legacy;
    public string $title {
        get => ucfirst($this->title);
        set(string $value) { $this->title = trim($value); }
    }

    public function __construct(
        private readonly int $id,
        protected Status $status = Status::Open,
        string ...$tags,
    ) {
        parent::__construct($tags);
        self::$count++;
        static::$count += count($tags);
    }

    public function price(): int
    {
        $total = 0;
        foreach ($this->lines as $index => $line) {
            if ($line->free || $index > MAX_LINES && !$line->paid) {
                continue 2;
            } elseif ($line->voucher) {
                $total -= $line->voucher?->amount();
            } else {
                $total += $line->price() ?: Priced::FREE;
            }
        }
        return $total;
    }

    abstract protected function store(array $options = []): ?Log;

    private static function &cache(string $key)
    {
        static $cache = [];
        global $started;
        [$first, 'rest' => $rest] = explode(':', $key);
        list(, $second) = $rest;
        try {
            $cache[$key] = new Money($first, \Shop\round_up($second));
        } catch (\RangeException | Missing $error) {
            throw new \RuntimeException($error->getMessage());
        } finally {
            $started++;
        }
        return $cache[$key];
    }

    public function discount(callable $rule): array
    {
        $factor = 2;
        $apply = function (int $cents) use ($rule, &$factor): int {
            $total = $rule($cents) * $factor;
            return $total;
        };
        $double = fn (int $cents): int => $cents * $factor;
        $line = array_map($apply, $this->lines);
        return [$double(1), $line, new class { public int $hidden = 1; }];
    }
}

function place(Customer $customer, int $factor = 1): Order
{
    $order = new Order($factor);
    switch ($factor) {
        case 1:
        case 2:
            $order->note(format($factor, CURRENCY));
            break;
        default:
            while ($factor > 2) {
                $factor--;
            }
    }
    if ($customer->isNew()) {
        event(new OrderPlaced($order));
    } else if ($order instanceof Priced) {
        Paid::dispatch($order);
    }
    return $order;
}

class OrderTest extends TestCase
{
    public function testPriceOfEmptyOrderIsZero(): void
    {
        $this->assertSame(0, place(new Customer())->price());
    }

    #[Test]
    public function itCounts(): void
    {
        $this->assertCount(0, new Order(1));
    }

    /** @test */
    public function it_has_a_label(): void
    {
        $this->assertSame('paid', Status::Paid->label());
    }
}

it('places orders', function () {
    expect(place(new Customer()))->toBeInstanceOf(Order::class);
});

function before_the_break(): int { return 1; }

function broken($a {
    return $a + ) ;
}

function after_the_break(): int
{
    return before_the_break();
}

class AlsoAfter
{
    public int $kept = 1;
}
