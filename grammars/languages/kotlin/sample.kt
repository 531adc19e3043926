// The reading list: what people borrow, and when it is due.
package org.sample.library

import java.time.LocalDate
import kotlin.math.max as larger
import org.sample.people.*;

const val MAX_LOANS = 5
private val log = Logger("library")
val openSince: LocalDate by lazy { LocalDate.of(1999, 1, 1) }

typealias Filter = (Book) -> Boolean

/** Something with a shelf mark. */
interface Shelved {
    val mark: String
    fun move(to: String): Boolean
    fun label() = mark.uppercase()
}

/**
 * A book.
 *
 * @property title as printed
 */
data class Book(
    val title: String,
    private var copies: Int = defaultCopies,
    mark: String,
) : Item(mark), Shelved {
    override val mark: String = mark.trim()
    var borrowed = 0
        get() = field
        private set(value) {
            field = value
        }
    val left: Int
        get() = copies - borrowed
    internal lateinit var shelf: Shelf

    init {
        require(copies > 0) { "no copies of $title" }
    }

    constructor(title: String) : this(title, 1, "?") {
        log.debug("made ${title.length}")
    }

    override fun move(to: String): Boolean {
        // TODO: tell the reader
        val old = shelf.name
        shelf = shelves[to] ?: return false
        return old != to
    }

    protected fun lend(reader: Reader, days: Int = 14): Loan? {
        if (left == 0 || reader.loans.size >= MAX_LOANS && !reader.trusted) {
            return null
        } else if (days > 30) {
            return lend(reader, 30)
        } else {
            borrowed++
        }
        var due = LocalDate.now()
        for ((index, loan) in reader.loans.withIndex()) {
            val due = loan.due
            if (index > 3) due.plusDays(1)
        }
        due = due.plusDays(days.toLong())
        return Loan(this, reader, due)
    }

    companion object {
        const val UNKNOWN = "?"

        fun parse(line: String): Book = Book(line.substringBefore(';'))
    }
}

enum class Genre(val code: Char) {
    NOVEL('N'),
    POETRY('P') {
        override fun shelf() = "window"
    };

    open fun shelf(): String = "hall"
}

sealed interface Event

object Catalog : Shelved {
    private val books = mutableMapOf<String, Book>()

    fun find(filter: Filter): List<Book> {
        val found = books.values.filter { filter(it) }.sortedBy { book -> book.title }
        val (first, second) = found
        found.map { (title, copies) -> title to copies }
        return listOf(first, second)
    }

    suspend inline fun <reified T : Event> each(noinline action: (T) -> Unit, vararg events: Event) {
        for (event in events) {
            when (val kind = event) {
                is T -> action(kind)
                null, Genre.NOVEL -> skip(kind)
                else -> log.warn(message = "odd")
            }
        }
        try {
            flush()
        } catch (error: IllegalStateException) {
            log.error(error.message)
        }
        var index = 3
        while (index > 0) index--
        index += larger(index, 2)
    }
}

fun String.shelfMark(width: Int = 4): String {
    return this.take(width)
}

fun <T> List<T>.second(): T? = getOrNull(1)

val String.isMark: Boolean get() = length == 4

fun counter(): () -> Int {
    var count = 0
    return { count += 1; count }
}

class CatalogTest {
    @Test
    fun `finds books by title`() {
        assertEquals(1, Catalog.find { it.title == "Emma" }.size)
    }

    @ParameterizedTest(name = "mark {0}")
    fun marks(mark: String) {
        assertTrue(mark.isMark)
    }
}

fun beforeTheBreak() = 1

fun broken(a: Int) {
    val x = = a(
}

fun afterTheBreak(): Int {
    return beforeTheBreak()
}

class AlsoAfter {
    val kept = 1
}
