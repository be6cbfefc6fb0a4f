#pragma once
#include <errno.h>
#include <stdint.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Turns in microseconds and steps of niceness, for `take_turns`. Linux gives 0.7 to 3 ms by default, by the number of processors.
enum {
  /// Of threads that answer: most answers fit in.
  short_turn = 200,
  /// Of threads that compute for long and that nobody waits for by the millisecond.
  long_turn = 20000,
  /// Of those: where both want all of a processor they have a quarter of it, and all of it where nobody else wants it.
  behind_answers = 5,
};

/// As sched_setattr(2) declares it; glibc has it from 2.41 on.
struct turn_attributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

/// Tells the scheduler how long the turns of the calling thread are to be (`sched_runtime` of sched_setattr(2)), and how many steps of
/// niceness (0 to 19) it stands behind the others of its process; the policy stays as it is. Since Linux 6.12 a thread of short turns that
/// wakes up has its processor at once from one of longer turns, as long as it has not had more than its share; earlier systems take the
/// word and do nothing. Needs no right. 0, or the error's code: `ENOSYS` where there is no such call.
static inline int take_turns(uint32_t microseconds, int32_t behind) {
#if defined(__linux__) && defined(SYS_sched_setattr) && defined(SYS_sched_getattr)
  struct turn_attributes attributes = {0};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0) return errno;
  attributes.size = sizeof(attributes);
  attributes.flags |= 1;  // SCHED_FLAG_RESET_ON_FORK
  attributes.runtime = (uint64_t)microseconds * 1000;
  attributes.nice = attributes.nice > 19 - behind ? 19 : attributes.nice + behind;
  return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? 0 : errno;
#else
  (void)microseconds, (void)behind;
  return ENOSYS;
#endif
}

/// How long the turns of the calling thread are to be, in microseconds, as the system says; 0 where it says nothing.
static inline uint32_t turns(void) {
#if defined(__linux__) && defined(SYS_sched_getattr)
  struct turn_attributes attributes = {0};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0) return 0;
  return (uint32_t)(attributes.runtime / 1000);
#else
  return 0;
#endif
}
