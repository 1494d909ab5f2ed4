// Loaded before the C library (LD_PRELOAD) in tests/network_home_test.py: every file system says that it
// is NFS.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int statfs(const char* path, struct statfs* facts) {
  int code = (int)syscall(SYS_statfs, path, facts);
  facts->f_type = 0x6969;
  return code;
}
