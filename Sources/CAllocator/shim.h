#pragma once
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Bounds the memory pools that glibc makes for threads. By default there are eight a core, and each keeps what its threads
/// once needed: a long pull that wanders between threads would fill one after the other.
static inline void limit_allocation_arenas(int count) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, count);
#else
  (void)count;
#endif
}
