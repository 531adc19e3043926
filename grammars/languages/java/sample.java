/*
 * Lending of books.
 */
package org.example.library;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.*;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.*;

/**
 * A library that lends books.
 *
 * @param <B> what it lends
 */
@Service("library")
public sealed abstract class Library<B extends Book & Comparable<B>> extends Building implements Lender<B>, AutoCloseable
    permits CityLibrary, Library.Branch {

  /** Days until a book must be back. */
  public static final int PERIOD = 30, GRACE = 3;
  private final List<B> shelf = new ArrayList<>();
  protected volatile int loans, returned;
  String name;

  static {
    Registry.register("library");
  }

  {
    loans = initial();
  }

  /** Opens a library. */
  protected Library(String name) {
    super(name);
    this.name = requireNonNull(name);
  }

  Library() {
    this("unnamed");
  }

  /**
   * Lends a book.
   * TODO: reservations (DM-7)
   */
  @Override
  public <R extends Reader> B lend(final R reader, int days, String... notes) throws LendingException {
    if (reader == null || days < 0 && notes.length == 0) {
      throw new LendingException("no reader");
    } else if (days > PERIOD) {
      days = PERIOD;
    } else {
      loans++;
    }
    outer:
    for (B book : shelf) {
      for (int i = 0, end = notes.length; i < end; i++) {
        if (notes[i].isEmpty()) continue outer;
        while (book.lent()) {
          break outer;
        }
      }
    }
    try (var log = Log.open(name); this.lock) {
      log.write(reader);
    } catch (IllegalStateException | LendingException e) {
      e.printStackTrace();
    } finally {
      loans += 1;
    }
    return shelf.stream().filter(b -> b.title().equals(name)).map(B::copy).reduce((a, b) -> a).orElseGet(() -> null);
  }

  abstract B find(String title);

  int initial() {
    int loans = 0;
    do {
      loans--;
    } while (loans > 0);
    return loans == 0 ? 1 : loans;
  }

  String describe(Object item) {
    if (item instanceof String text && !text.isEmpty()) {
      return text;
    }
    if (!(item instanceof Book(String title, int pages))) {
      return "?";
    }
    switch (pages) {
      case 0:
      case 1:
        return title;
      default:
        break;
    }
    return switch (item) {
      case Magazine m when m.issue() > 1 -> m.toString();
      case Book(var t, int p) -> t + p;
      case null, default -> "nothing";
    };
  }

  Runnable watcher() {
    class Counter {
      int count;
    }
    var counter = new Counter();
    return new Runnable() {
      private int runs = 0;

      @Override
      public void run() {
        runs++;
        counter.count = runs;
        Library.this.initial();
      }
    };
  }

  public static final class Branch extends Library<Book> {
    Book find(String title) { return new Library.Shelf().first(title); }
  }

  /** How a book looks. */
  public enum Condition implements Priced {
    /** As new. */
    NEW(10),
    WORN(2) {
      @Override
      public int price() { return 1; }
    };

    private final int price;

    Condition(int price) { this.price = price; }

    public int price() { return price; }
  }

  /** A book. */
  public record Book(String title, int pages) implements Comparable<Book> {
    private static int made;

    public Book {
      if (pages < 0) throw new IllegalArgumentException(title);
      made++;
    }

    public int compareTo(Book other) { return title.compareTo(other.title); }
  }

  interface Lender<T> {
    int LIMIT = 5;

    T lend(Reader reader, int days, String... notes) throws Exception;

    default int limit() { return LIMIT; }

    private static void check() {}
  }

  /** Marks what is checked. */
  @interface Checked {
    String value() default "";
    int[] levels();
  }
}

class LibraryTest {
  @Test
  void lends() { assertEquals(1, new CityLibrary().initial()); }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1, 2})
  void lendsFor(int days) { assertTrue(days > 0); }

  @BeforeEach
  void setUp() {}
}

class OldTest extends TestCase {
  public void testOld() { fail(); }
}

class Tail {
  /** Stands before the broken region. */
  int before() { return 1; }

  int broken(int first, ) {
    return first + ;
  }

  /** Stands behind it. */
  int after() { return before(); }
}
