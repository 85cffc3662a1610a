// What tests of code that runs on cores share: a running set of cores, a folder of one's own, and a
// way to wait for a task from the test's thread.
//
// Thread  the test's.
#pragma once

#include <unistd.h>

#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <optional>
#include <string>

#include "runtime/core.h"

namespace vitrine {

// co_spawn needs an answer it can make from nothing; Result<T> is not.
template <class T>
Task<std::optional<T>> as_optional(Task<T> task) {
  co_return std::optional<T>(co_await std::move(task));
}

// Starts `task` on `core`; the future holds its answer.
template <class T>
std::future<std::optional<T>> begin_on(Core& core, Task<T> task) {
  return boost::asio::co_spawn(core.io(), as_optional(std::move(task)), boost::asio::use_future);
}
inline std::future<void> begin_on(Core& core, Task<void> task) {
  return boost::asio::co_spawn(core.io(), std::move(task), boost::asio::use_future);
}
// Runs `task` on `core` and waits for its answer.
template <class T>
T wait_on(Core& core, Task<T> task) {
  if constexpr (std::is_void_v<T>)
    begin_on(core, std::move(task)).get();
  else
    return std::move(*begin_on(core, std::move(task)).get());
}

// A folder that is gone after the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "vitrine-XXXXXX").string();
    check(mkdtemp(name.data()) != nullptr, "a folder for the test");
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace vitrine
