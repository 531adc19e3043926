// Shapes of a drawing, and the pages that hold them.
#include <memory>
#include "drawing/style.hpp"
import std;

using namespace std::literals;
using std::vector;
using drawing::base::Node;
namespace fs = std::filesystem;

#define DRAWING_MAX_DEPTH 16
#define DRAWING_CHECK(condition) \
    do { if (!(condition)) fail(#condition); } while (false)

namespace drawing::core {

namespace {
int open_pages = 0;

void note_open() { ++open_pages; }
}

using Real = double;
typedef Real (*Easing)(Real time);
constexpr int kGrid = 8;
extern const char *const kNames[];

enum class Layer : int {
    Back,
    Front = 4, ///< above all others
};

enum Corner { TOP_LEFT, TOP_RIGHT };

template <typename T>
concept Measurable = requires(T shape) {
    { shape.area() } -> std::convertible_to<Real>;
};

struct Point {
    Real x = 0, y{0};
    static constexpr int kDimensions = 2;
    Easing easing;
    void (*moved)(const Point &from);

    Point() = default;
    Point(Real x, Real y) : x(x), y(y) {}
    Point operator+(const Point &other) const { return {x + other.x, y + other.y}; }
    explicit operator bool() const { return x != 0 || y != 0; }
};

/**
 * Everything that can be drawn.
 *
 * @tparam Color how it is painted
 */
template <typename Color, int Depth = 3>
class Shape : public Node {
    int hidden_ = 0;

public:
    using color_type = Color;
    enum class State { Clean, Dirty };

    explicit Shape(Color color);
    Shape(const Shape &) = delete;
    virtual ~Shape();

    /// The covered surface. TODO: without holes
    virtual Real area() const = 0;
    static Shape *create(const std::string &name, int depth = Depth);
    const Color &color() const noexcept { return color_; }

    template <typename Visitor>
    void accept(Visitor &&visitor) {
        for (auto &[key, child] : children_) {
            visitor(key, *child);
        }
        this->touch();
    }

    friend bool operator==(const Shape &left, const Shape &right) { return left.color_ == right.color_; }
    friend class Page;

protected:
    void touch();

private:
    Color color_;
    std::map<int, std::unique_ptr<Shape>> children_;
    union {
        int as_int;
        float as_float;
    };
};

template <typename Color, int Depth>
Shape<Color, Depth>::Shape(Color color) : Node(), color_(color) {
    note_open();
}

template <typename Color, int Depth>
Shape<Color, Depth>::~Shape() { --open_pages; }

template <typename Color, int Depth>
void Shape<Color, Depth>::touch() {
    hidden_ += 1;
}

class Page final {
public:
    Page(int width);
    int width() const;
    static int count;
    class Cursor;

private:
    int width_;
    Point origin_;
};

class Page::Cursor {
public:
    bool next();
};

int Page::count = 0;

Page::Page(int width) : width_(width), origin_(1, 2) {}

int Page::width() const { return width_; }

bool Page::Cursor::next() {
    static int step = 0;
    return ++step < kGrid;
}

static Real ease(Real time) {
    return time < 0.5 ? time * 2 : 1;
}

std::ostream &operator<<(std::ostream &out, const Point &point) {
    return out << point.x;
}

int *find_slot(std::vector<int> &slots, int wanted) {
    if (auto found = std::find(slots.begin(), slots.end(), wanted); found != slots.end()) {
        return &*found;
    } else if (wanted > kGrid && !slots.empty()) {
        slots.push_back(wanted);
    } else {
        goto missing;
    }
    for (int i = 0; i < wanted; ++i) {
        int wanted = i * 2;
        switch (wanted) {
        case 1:
        case 2:
            wanted++;
            break;
        default:
            while (wanted > 3 || i > 4) wanted -= 1;
        }
    }
missing:
    return nullptr;
}

std::unique_ptr<Page> open_page(int width) {
    int scale = 2;
    auto widen = [&, offset = 1](int by) -> int { return by ? width * scale + offset : 0; };
    try {
        Point origin(1.0, 2.0);
        auto *node = new Page(widen(3));
        auto copy = Point{origin.x, 1};
        log::write<int>(node->width(), copy);
        return std::make_unique<Page>(width);
    } catch (const std::bad_alloc &error) {
        report(error.what());
        throw;
    }
}

} // namespace drawing::core

template <>
struct std::hash<drawing::core::Point> {
    size_t operator()(const drawing::core::Point &point) const { return point.x; }
};

extern "C" {
int drawing_version(void);
}

TEST(PageTest, KeepsItsWidth) {
    EXPECT_EQ(drawing::core::open_page(3)->width(), 3);
}

TEST_CASE("points add up", "[point]") {
    SECTION("both axes") { REQUIRE(sum(1, 2)); }
}

BOOST_AUTO_TEST_CASE(slots_are_found) { BOOST_TEST(true); }

int before_the_break() { return 1; }

static int broken(int a {
    return a + ;

int after_the_break() {
    return before_the_break();
}

class AlsoAfter {
    int kept;
};
