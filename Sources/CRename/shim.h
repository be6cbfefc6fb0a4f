#pragma once
#include <errno.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Lets two names of one file system change places in one step (renameat2(2)): at no time is one of them missing.
/// 0, or the error's code: `ENOSYS` or `EINVAL` where the system or the file system cannot do that.
static inline int exchange_names(const char *one, const char *other) {
#if defined(__linux__) && defined(SYS_renameat2)
  // AT_FDCWD and RENAME_EXCHANGE, which glibc declares for _GNU_SOURCE alone.
  return syscall(SYS_renameat2, -100, one, -100, other, 2) == 0 ? 0 : errno;
#else
  (void)one;
  (void)other;
  return ENOSYS;
#endif
}
