package shop.orders

import scala.collection.mutable
import scala.util.{Failure, Success, Try}

/** The state an order can be in. */
sealed trait OrderState

object OrderState {
  case object Open extends OrderState
  case object Paid extends OrderState
  final case class Cancelled(reason: String) extends OrderState
}

/** A line of an order.
  *
  * @param sku the article
  */
final case class Line(sku: String, quantity: Int, price: BigDecimal) {
  def total: BigDecimal = price * quantity
}

enum Currency(val symbol: String) {
  case Euro extends Currency("€")
  case Dollar, Pound
}

abstract class Repository[K, V] {
  protected val cache: mutable.Map[K, V] = mutable.Map.empty
  var hits = 0

  // TODO: bound the cache
  def find(key: K): Option[V]

  private[orders] def remember(key: K, value: V): V = {
    val stored = cache.getOrElseUpdate(key, value)
    def inner(x: Int): Int = x + 1
    stored
  }
}

class OrderService(lines: Seq[Line]) extends Repository[String, Line] {
  type Total = BigDecimal

  def this() = this(Seq.empty)

  override def find(key: String): Option[Line] =
    lines.find(_.sku == key)

  private lazy val total: Total = lines.map(_.total).sum
}

object OrderService {
  val Limit = 100

  def apply(lines: Line*): OrderService = new OrderService(lines)

  given Ordering[Line] with {
    def compare(a: Line, b: Line): Int = a.sku.compareTo(b.sku)
  }

  implicit class RichLine(val line: Line) extends AnyVal {
    def free: Boolean = line.price == 0
  }
}

extension (line: Line)
  def doubled: Line = line.copy(quantity = line.quantity * 2)

def checkout(service: OrderService): Try[Int] = Try(service.hits)

object Broken {
  def before(x: Int): Int = x

  def wrong(x: Int): Int = x + ) * ]

  def after(x: Int): Int = x + 1
}
