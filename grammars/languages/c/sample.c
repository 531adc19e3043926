/*
 * Ring buffers of telemetry readings, and the small shell around them.
 */
#include <stdint.h>
#include <string.h>
#include "telemetry/ring.h"
#ifdef HAVE_UNISTD
# include <unistd.h>
#endif

#ifndef SAMPLE_RING_H
#define SAMPLE_RING_H
#define RING_SLOTS 64
#define RING_MASK (RING_SLOTS - 1)
/** The larger of two values; each is evaluated twice. */
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define for_each_reading(pos, ring) \
	for ((pos) = (ring)->head; (pos) != (ring)->tail; (pos)++)
#define UNTRACKED
#endif

typedef uint32_t slot_t, *slot_ref;
typedef int (*reading_filter)(const struct reading *r, void *context);
typedef char sensor_name[16];

/** How bad it is. */
enum severity {
	SEVERITY_OK,      /* nothing to do */
	SEVERITY_WARN = 4,
	SEVERITY_FATAL,
};

/**
 * One measured value.
 */
struct reading {
	uint64_t at;
	double value;
	unsigned valid : 1, stale : 1;
	const char *unit;
	struct reading *next;
	double history[8];
	int (*convert)(double raw, double *out);
	union {
		int as_int;
		float as_float;
	};
	struct { int x, y; } place;
};

union word {
	uint32_t whole;
	uint8_t bytes[4];
};

/** A ring without a tag of its own. */
typedef struct {
	slot_t head;
	slot_t tail;
	struct reading slots[RING_SLOTS];
} ring_t;

typedef struct sensor {
	sensor_name name;
	ring_t ring;
} sensor_t;

typedef enum { MODE_POLL, MODE_PUSH } ring_mode;

/* Counters that every translation unit sees. */
extern int total_readings;
int dropped_readings = 0, *dropped_ref;
static const char *const unit_names[] = { "K", "Pa", NULL };
static ring_t rings[4] = { [0] = { .head = 1 } };
int (*on_overflow)(ring_t *ring);
static inline bool __must_check ring_ready(void) { return total_readings > 0; }
struct { int major, minor; } version = { 1, 2 };
static DEFINE_MUTEX(ring_lock);

static int ring_push(ring_t *ring, const struct reading *reading);
struct reading *ring_peek(ring_t *ring);
extern void ring_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Appends a reading.
 *
 * Returns 0, or -1 when the ring is full. TODO: overwrite the oldest instead.
 */
static int ring_push(ring_t *ring, const struct reading *reading)
{
	slot_t next = (ring->tail + 1) & RING_MASK;

	if (next == ring->head || !reading->valid) {
		dropped_readings++;
		if (on_overflow)
			return on_overflow(ring);
		else if (total_readings > 100)
			goto full;
		else
			return -1;
	}
	memcpy(&ring->slots[ring->tail], reading, sizeof(*reading));
	ring->tail = next;
	return 0;
full:
	return (*on_overflow)(ring);
}

struct reading *ring_peek(ring_t *ring)
{
	return ring->head == ring->tail ? NULL : &ring->slots[ring->head];
}

/* A name may hide another: the tag, the parameter and the inner variable are three things. */
static inline double ring_sum(struct reading *reading, int count)
{
	double sum = 0, *target = &sum;

	for (int i = 0; i < count; i++) {
		double sum = reading[i].value;
		*target += sum;
	}
	for (int i = count; i--; )
		switch (reading[i].unit[0]) {
		case 'K':
		case 'P':
			sum += 1;
			break;
		default:
			while (sum > 10 && count || sum < 0)
				sum /= 2;
		}
	return sum;
}

#if defined(RING_TRACE) && !defined(RING_QUIET)
static void ring_trace(ring_t *ring)
{
	ring_log("%u..%u", ring->head, ring->tail);
}
#else
static void ring_trace(ring_t *ring) { (void) ring; }
#endif

/* The result is a function: a pointer to a filter for one severity. */
static int (*filter_for(enum severity severity))(const struct reading *r)
{
	return severity == SEVERITY_OK ? NULL : strict_filter;
}

/* As it was written before 1989. */
int legacy_scale(value, factor)
	int value;
	char *factor;
{
	return value * atoi(factor);
}

static int __init ring_init(void)
{
	struct reading first = { .value = 1.0 };
	int (*push)(ring_t *, const struct reading *) = ring_push;

	return push(&rings[0], &first) ? -1 : first.convert(2.0, NULL);
}
module_init(ring_init);

SYSCALL_DEFINE2(ring_read, unsigned int, index, struct reading __user *, out)
{
	if (index >= 4)
		return -1;
	return ring_copy(out, &rings[index]);
}

TEST(push_to_full_ring_fails)
{
	assert_int_equal(ring_push(&rings[1], NULL), -1);
}

TEST_F(ring, peek_returns_head)
{
	assert_ptr_equal(ring_peek(&rings[3]), rings[3].slots);
}

static void test_peek_of_empty_ring(void **state)
{
	assert_null(ring_peek(&rings[2]));
}

int before_the_break(void) { return 1; }

static int broken(int a {
	return a + ;

int after_the_break(void)
{
	return before_the_break();
}

struct also_after { int kept; };
