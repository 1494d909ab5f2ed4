#include "schedule/task_path_part.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("a part of a task's path is a name, and the item of a matrix") {
  CHECK(parse_task_path_part("train")->name == "train");
  CHECK_FALSE(parse_task_path_part("train")->item);
  CHECK(parse_task_path_part("train[12]")->name == "train");
  CHECK(parse_task_path_part("train[12]")->item == 12);
}

TEST_CASE("brackets around anything but the number of an item are no part") {
  for (const char* text : {"train[]", "train[", "train[2", "train[-1]", "train[x]", "train[2]x",
                           "train[1][2]", "train[99999999999]"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_task_path_part(text));
  }
}

}  // namespace gt
