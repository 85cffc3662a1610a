#include "testing/postgres_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"

namespace vitrine {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin";

// PostgreSQL refuses to run as root.
const passwd* unprivileged() {
  if (getuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  check(user != nullptr, "a user that is not root");
  return user;
}

std::string make_folder(bool on_disk) {
  std::error_code failed;
  const bool memory = !on_disk && std::filesystem::is_directory("/dev/shm", failed);
  std::string name = (memory ? std::string("/dev/shm") : std::filesystem::temp_directory_path().string()) +
                     "/vitrine-pg-XXXXXX";
  check(mkdtemp(name.data()) != nullptr, "a folder for PostgreSQL");
  if (const passwd* user = unprivileged())
    check(chown(name.c_str(), user->pw_uid, user->pw_gid) == 0, "its folder");
  return name;
}

}  // namespace

PostgresServer::PostgresServer(bool on_disk) : folder_(make_folder(on_disk)), programs_(kPrograms) {
  check(std::filesystem::exists(programs_ + "/initdb"), "postgresql-15 is installed (./dev setup)");
  must(fmt::format("{}/initdb -D {}/data -U vitrine -A trust -E UTF8 --locale=C --no-sync", programs_,
                   folder_));
  start();
  must(fmt::format("{}/createdb -h {} -U vitrine vitrine", programs_, folder_));
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::url(const std::string& schema_prefix) const {
  return fmt::format("postgres://vitrine@/vitrine?host={}{}{}", folder_,
                     schema_prefix.empty() ? "" : "&schema_prefix=", schema_prefix);
}

pid_t PostgresServer::run(const std::string& command) const {
  const passwd* user = unprivileged();
  const pid_t child = fork();
  check(child >= 0, "a child process");
  if (child != 0) return child;
  const int log = open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (log >= 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
  }
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
    _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (chdir(folder_.c_str()) != 0) _exit(126);
  execl("/bin/sh", "sh", "-c", (command).c_str(), nullptr);
  _exit(127);
}

void PostgresServer::must(const std::string& command) const {
  int status = 0;
  waitpid(run(command), &status, 0);
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "PostgreSQL's programs work");
}

void PostgresServer::start() {
  pid_ =
      run(fmt::format("exec {0}/postgres -D {1}/data -k {1} -c listen_addresses= -c max_connections=300 "
                      "-c shared_buffers=64MB -c max_wal_size=512MB",
                      programs_, folder_));
  must(fmt::format("for i in $(seq 400); do {0}/pg_isready -q -h {1} && exit 0; sleep 0.05; done; exit 1",
                   programs_, folder_));
}

void PostgresServer::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGQUIT);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void PostgresServer::crash() {
  stop();
  start();
}

PostgresServer& shared_postgres() {
  static PostgresServer server;
  return server;
}

bool testing_on_postgres() {
  const char* engine = std::getenv("VITRINE_TEST_ENGINE");
  return engine != nullptr && std::string_view(engine) == "postgres";
}

void start_test_engine() {
  if (testing_on_postgres()) shared_postgres();
}

std::string test_database_url(const std::string& folder) {
  return testing_on_postgres() ? shared_database_url(folder) : std::string();
}

std::string shared_database_url(const std::string& folder) {
  std::string prefix;
  for (const char c : std::filesystem::path(folder).filename().string()) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) continue;
    // Folders that differ by case only are different folders.
    if (std::isupper(static_cast<unsigned char>(c)) != 0) prefix += '_';
    prefix += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return shared_postgres().url(prefix + "_");
}

}  // namespace vitrine
