#include "execute/host_executor.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <latch>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test_folder.h"
#include "blob/folder_blobs.h"
#include "blob/memory_blobs.h"
#include "execute/host_files.h"

namespace gt {

namespace {

constexpr int deadline_milliseconds = 60'000;

KeeperLink keeper_link() {
  auto link = fork_keeper();
  REQUIRE(link.ok());
  return *std::move(link);
}

/// An engine's surroundings; several may share a home, as engines do one after another.
class World {
 public:
  explicit World(const std::string& home_path)
      // First of all: the keeper is forked before there are threads.
      : keeper_(*KeeperClient::open(keeper_link())),
        home_(*Home::open(home_path)),
        blobs_(home_, entropy_, Durability::none),
        woken_(::eventfd(0, EFD_CLOEXEC)) {
    HostSettings settings;
    settings.attempts = attempts();
    settings.caller_environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    settings.grace = std::chrono::seconds(30);
    auto opened = HostExecutor::open({*keeper_, blobs_, clock_, blobs_.chores(),
                                      [this](const Launch& launched) { return python(launched); },
                                      [fd = woken_.get()] {
                                        const std::uint64_t once = 1;
                                        REQUIRE(::write(fd, &once, sizeof once) == sizeof once);
                                      }},
                                     settings);
    REQUIRE(opened.ok());
    executor_ = *std::move(opened);
  }

  std::string attempts() const { return home_.at("attempts"); }
  std::string folder_of(const Launch& launch) const {
    return join_path(attempts(), launch.outside_name);
  }

  Launch launch(std::vector<std::string> argv) {
    Launch launch;
    launch.attempt = {1, next_task_++, 1};
    launch.outside_name =
        fmt::format("gt-{:012x}-{}-1", entropy_.next64() >> 16U, launch.attempt.task);
    launch.task_path = "step";
    launch.command = std::move(argv);
    launch.working_directory = "/";
    launch.variables = {{"GEARTRAIN_VALUES", folder_of(launch) + "/values"},
                        {"OUTPUTS", folder_of(launch) + "/outputs"},
                        {"INPUTS", folder_of(launch) + "/inputs"}};
    return launch;
  }
  Launch script(const std::string& text) {
    Launch made = launch({});
    made.command = text;
    return made;
  }

  Blob blob(const std::string& bytes) {
    auto put = blobs_.put_bytes(bytes);
    REQUIRE(put.ok());
    return *put;
  }

  /// Until the attempt has ended.
  AttemptEnded wait_for_end(const AttemptId& id) {
    for (;; wait()) {
      for (const auto& event : executor_->poll()) {
        seen.push_back(event);
        if (event.attempt == id)
          if (const auto* ended = std::get_if<AttemptEnded>(&event.what)) return *ended;
      }
    }
  }
  void wait() {
    pollfd wait{woken_.get(), POLLIN, 0};
    REQUIRE(::poll(&wait, 1, deadline_milliseconds) == 1);
    std::uint64_t count = 0;
    REQUIRE(::read(woken_.get(), &count, sizeof count) == sizeof count);
  }
  AttemptEnded run(const Launch& launch) {
    executor_->start(launch);
    return wait_for_end(launch.attempt);
  }
  void acknowledge(const Launch& launch) { executor_->acknowledge(std::span(&launch.attempt, 1)); }

  std::vector<OutputValue> outputs_of(const Launch& launch) {
    const AttemptEnded ended = run(launch);
    if (const auto* failed = std::get_if<AttemptFailed>(&ended.outcome)) FAIL(failed->message);
    return std::get<AttemptSucceeded>(ended.outcome).outputs;
  }
  AttemptFailed failure_of(const Launch& launch) {
    const AttemptEnded ended = run(launch);
    REQUIRE(std::holds_alternative<AttemptFailed>(ended.outcome));
    return std::get<AttemptFailed>(ended.outcome);
  }

  HostExecutor& executor() { return *executor_; }
  FolderBlobs& blobs() { return blobs_; }

  std::vector<AttemptEvent> seen;
  std::function<Result<Variables>(const Launch&)> python = [](const auto&) {
    return Result<Variables>(Variables());
  };

 private:
  std::unique_ptr<KeeperClient> keeper_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Home home_;
  FolderBlobs blobs_;
  UniqueFd woken_;
  std::unique_ptr<HostExecutor> executor_;
  TaskIndex next_task_ = 0;
};

OutputExpectation artifact(const std::string& name, const std::string& path,
                           bool is_folder = false) {
  return {name, ArtifactType::file, path, is_folder, false};
}
OutputExpectation value(const std::string& name, ValueType type) {
  return {name, type, "", false, false};
}
OutputExpectation optional(OutputExpectation output) {
  output.optional = true;
  return output;
}

}  // namespace

TEST_CASE("an attempt without files starts and ends well") {
  TestFolder folder;
  World world(folder / "home");
  const Launch launch = world.launch({"true"});
  const AttemptEnded ended = world.run(launch);
  CHECK(std::get<AttemptSucceeded>(ended.outcome).outputs.empty());
  CHECK(ended.usage.peak_memory_bytes > 0);
  REQUIRE(world.seen.size() == 2);
  REQUIRE(std::holds_alternative<AttemptStarted>(world.seen[0].what));
  CHECK(std::get<AttemptStarted>(world.seen[0].what).at <= ended.at);
}

TEST_CASE("an end is told until it is acknowledged, a start once") {
  TestFolder folder;
  World world(folder / "home");
  const Launch launch = world.launch({"true"});
  world.run(launch);
  CHECK(world.executor().poll().size() == 1);
  CHECK(world.executor().poll().size() == 1);
  // Known, so nothing happens.
  world.executor().start(launch);
  CHECK(world.executor().poll().size() == 1);
  world.acknowledge(launch);
  CHECK(world.executor().poll().empty());
}

TEST_CASE("outputs and values are taken in, in the order that was declared") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script(
      "printf rows > $OUTPUTS/raw/data.csv\n"
      "mkdir -p $OUTPUTS/model/deep; printf weights > $OUTPUTS/model/deep/w\n"
      "echo 'auc=0.75' >> $GEARTRAIN_VALUES; echo 'name=plain words' >> $GEARTRAIN_VALUES\n"
      "echo 'undeclared=1' >> $GEARTRAIN_VALUES\n");
  launch.outputs = {value("auc", ValueType::number),      artifact("raw", "raw/data.csv"),
                    artifact("model", "model", true),     value("name", ValueType::string),
                    optional(artifact("extra", "extra")), optional(value("more", ValueType::any))};
  const auto outputs = world.outputs_of(launch);
  REQUIRE(outputs.size() == 6);
  CHECK(outputs[0] == Value(0.75));
  REQUIRE(outputs[1].artifact() != nullptr);
  CHECK(outputs[1].artifact()->digest == sha256("rows"));
  CHECK(outputs[1].artifact()->file_name == "data.csv");
  CHECK(outputs[1].artifact()->bytes == 4);
  REQUIRE(outputs[2].artifact() != nullptr);
  CHECK(outputs[2].artifact()->is_folder);
  CHECK(outputs[2].artifact()->file_name == "model");
  CHECK(outputs[3] == Value("plain words"));
  CHECK(outputs[4].is_null());
  CHECK(outputs[5].is_null());
}

TEST_CASE("after the acknowledgement only the log and the record stay") {
  TestFolder folder;
  Launch launch;
  {
    World world(folder / "home");
    launch = world.script("echo hello; echo x > $OUTPUTS/x; echo y > $TMPDIR/y");
    launch.outputs = {artifact("x", "x")};
    world.outputs_of(launch);
    world.acknowledge(launch);
  }
  const auto names = list_directory(folder / "home/attempts/" + launch.outside_name);
  REQUIRE(names.ok());
  CHECK(*names == std::vector<std::string>{"lock", "log", "log.index"});
}

TEST_CASE("inputs are links, or copies where asked") {
  TestFolder folder;
  World world(folder / "home");
  const Blob blob = world.blob("content\n");
  Launch launch = world.script(
      "cat $INPUTS/a/name $INPUTS/b/name\n"
      "test -L $INPUTS/a/name\n"
      "echo changed > $INPUTS/b/name\n");
  launch.inputs = {{"inputs/a/name", blob.name.digest, false, false},
                   {"inputs/b/name", blob.name.digest, false, true}};
  world.outputs_of(launch);
  CHECK(*read_file(world.folder_of(launch) + "/log") == "content\ncontent\n");
  CHECK(*world.blobs().check(blob.name, CheckDepth::content) == Health::intact);
}

TEST_CASE("a step that changes an input fails, and the artifact is quarantined") {
  TestFolder folder;
  World world(folder / "home");
  const Blob blob = world.blob("content\n");
  Launch launch = world.script(
      "chmod u+w $(readlink $INPUTS/a/name); echo more >> $INPUTS/a/name; echo 'x=1' >> "
      "$GEARTRAIN_VALUES");
  launch.inputs = {{"inputs/a/name", blob.name.digest, false, false}};
  const AttemptFailed failure = world.failure_of(launch);
  CHECK(failure.cause == Cause::modified_input);
  CHECK(failure.message.find("inputs/a/name") != std::string::npos);
  CHECK(failure.message.find("copy: true") != std::string::npos);
  CHECK(*world.blobs().check(blob.name, CheckDepth::quick) == Health::missing);
}

TEST_CASE("an input that the store has lost fails the attempt before it starts") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script("echo never > $OUTPUTS/x");
  launch.inputs = {{"inputs/a/name", sha256("nowhere"), false, false}};
  const AttemptFailed failure = world.failure_of(launch);
  CHECK(failure.cause == Cause::internal);
  CHECK(failure.message.find("inputs/a/name") != std::string::npos);
  CHECK(*kind_of(world.folder_of(launch) + "/lock") == PathKind::nothing);
}

TEST_CASE("outputs that are missing, or not what was declared, are named together") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script("echo auk=0.5 >> $GEARTRAIN_VALUES");
  launch.outputs = {artifact("raw", "raw.csv"), value("auc", ValueType::number)};
  const AttemptFailed failure = world.failure_of(launch);
  CHECK(failure.cause == Cause::missing_output);
  CHECK(failure.exit_code == 0);
  CHECK(failure.message.find("the output raw was not written") != std::string::npos);
  CHECK(failure.message.find("the value auc was not written") != std::string::npos);
  CHECK(failure.message.find("did you mean auk?") != std::string::npos);
}

TEST_CASE("an output may not lead out of its folder, nor be a device") {
  TestFolder folder;
  World world(folder / "home");
  const std::string precious = folder.write("elsewhere/precious", "precious");
  const auto cause_of = [&](const std::string& text, const OutputExpectation& output) {
    Launch launch = world.script(text);
    launch.variables.emplace_back("ELSEWHERE", folder / "elsewhere");
    launch.outputs = {output};
    const AttemptFailed failure = world.failure_of(launch);
    world.acknowledge(launch);
    CAPTURE(failure.message);
    return failure.cause;
  };
  const auto file = artifact("o", "precious");
  const auto deep = artifact("o", "o/precious");
  const auto tree = artifact("o", "o", true);
  const auto any = value("v", ValueType::any);
  CHECK(cause_of("ln -s $ELSEWHERE/precious $OUTPUTS/precious", file) == Cause::invalid_output);
  CHECK(cause_of("rmdir $OUTPUTS; ln -s $ELSEWHERE $OUTPUTS", file) == Cause::invalid_output);
  CHECK(cause_of("rmdir $OUTPUTS/o; ln -s $ELSEWHERE $OUTPUTS/o", deep) == Cause::invalid_output);
  CHECK(cause_of("ln -s $ELSEWHERE $OUTPUTS/o", tree) == Cause::invalid_output);
  CHECK(cause_of("mkdir $OUTPUTS/o; ln -s $ELSEWHERE $OUTPUTS/o/out", tree) ==
        Cause::invalid_output);
  CHECK(cause_of("mkfifo $OUTPUTS/precious", file) == Cause::invalid_output);
  CHECK(cause_of("mkdir $OUTPUTS/precious", file) == Cause::invalid_output);
  CHECK(cause_of("touch $OUTPUTS/o", tree) == Cause::invalid_output);
  CHECK(cause_of("ln -s $ELSEWHERE/precious $GEARTRAIN_VALUES", any) == Cause::invalid_output);
  CHECK(cause_of("mkfifo $GEARTRAIN_VALUES", any) == Cause::invalid_output);
  CHECK(cause_of("echo v=yes > $GEARTRAIN_VALUES", value("v", ValueType::boolean)) ==
        Cause::invalid_output);
  CHECK(read_file(precious).value_or("") == "precious");
}

TEST_CASE("a folder that was exchanged for a link is neither read nor emptied") {
  TestFolder folder;
  const std::string precious = folder.write("elsewhere/outputs/precious", "precious");
  MemoryBlobs blobs;
  Launch launch;
  launch.outputs = {artifact("o", "precious")};
  const std::string link = folder / "attempt";
  REQUIRE(::symlink((folder / "elsewhere").c_str(), link.c_str()) == 0);
  const auto taken = take_outputs(launch, link, blobs);
  REQUIRE(taken.ok());
  REQUIRE(std::holds_alternative<AttemptFailed>(*taken));
  CHECK(std::get<AttemptFailed>(*taken).cause == Cause::invalid_output);
  Chores chores(folder.path());
  CHECK_FALSE(forget_attempt_files(link, chores).ok());
  CHECK(read_file(precious).value_or("") == "precious");
}

TEST_CASE("an output that has other links is taken as a copy") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script("echo one > $TMPDIR/keep; ln $TMPDIR/keep $OUTPUTS/o");
  launch.outputs = {artifact("o", "o")};
  const auto outputs = world.outputs_of(launch);
  REQUIRE(
      write_file_atomically(world.folder_of(launch) + "/tmp/keep", "two", Durability::none).ok());
  CHECK(outputs[0].artifact()->digest == sha256("one\n"));
  CHECK(*world.blobs().check({sha256("one\n"), false}, CheckDepth::content) == Health::intact);
}

TEST_CASE("how a command ends becomes the cause") {
  TestFolder folder;
  World world(folder / "home");
  const AttemptFailed exited = world.failure_of(world.script("exit 3"));
  CHECK(exited.cause == Cause::exit);
  CHECK(exited.exit_code == 3);
  const AttemptFailed killed = world.failure_of(world.script("kill -SEGV $$"));
  CHECK(killed.cause == Cause::signal);
  CHECK(killed.signal == 11);
  CHECK(world.failure_of(world.launch({"no-such-program"})).cause == Cause::image);
  Launch slow = world.launch({"sleep", "1000"});
  slow.timeout = std::chrono::milliseconds(50);
  CHECK(world.failure_of(slow).cause == Cause::timeout);
}

TEST_CASE("a stop ends an attempt, whether it runs or is still being prepared") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.launch({"sleep", "1000"});
  std::latch is_stopped(1);
  SUBCASE("at once") { is_stopped.count_down(); }
  SUBCASE("while its environment is made") {
    launch.python = PythonEnvironment{"requirements.txt", "python3"};
    world.python = [&](const Launch&) {
      is_stopped.wait();
      return Result<Variables>(Variables());
    };
  }
  world.executor().start(launch);
  world.executor().stop(launch.attempt, StopMode::terminate);
  if (launch.python) is_stopped.count_down();
  const AttemptEnded ended = world.wait_for_end(launch.attempt);
  CHECK(std::get<AttemptFailed>(ended.outcome).cause == Cause::cancelled);
}

TEST_CASE("a stop reaches what an engine started that died before it could say so") {
  TestFolder folder;
  auto first = std::make_unique<World>(folder / "home");
  World second(folder / "home");
  Launch launch =
      second.script("mkfifo $TMPDIR/go; echo > $TMPDIR/begun; read -r line < $TMPDIR/go");
  const std::string gate = second.folder_of(launch) + "/tmp/begun";
  REQUIRE(make_directories(parent_path(gate)).ok());
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  first->executor().start(launch);
  // Waits for the step, and stays open: writing without a reader would end it.
  const auto reader = open_file(gate, O_RDONLY);
  REQUIRE(reader.ok());
  first.reset();
  std::latch is_stopped(1);
  SUBCASE("at once") { is_stopped.count_down(); }
  SUBCASE("while its environment is looked for") {
    launch.python = PythonEnvironment{"requirements.txt", "python3"};
    second.python = [&](const Launch&) {
      is_stopped.wait();
      return Result<Variables>(Variables());
    };
  }
  second.executor().start(launch);
  second.executor().stop(launch.attempt, StopMode::terminate);
  if (launch.python) is_stopped.count_down();
  const AttemptEnded ended = second.wait_for_end(launch.attempt);
  CHECK(std::get<AttemptFailed>(ended.outcome).message == "stopped by request");
}

TEST_CASE("a Python environment gives its variables, or the reason why not") {
  TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script("echo $VIRTUAL_ENV");
  launch.python = PythonEnvironment{"requirements.txt", "python3"};
  world.python = [](const Launch& launched) {
    return Result<Variables>(
        Variables{{"VIRTUAL_ENV", "/made/of/" + launched.python->requirements}});
  };
  world.outputs_of(launch);
  CHECK(*read_file(world.folder_of(launch) + "/log") == "/made/of/requirements.txt\n");

  world.python = [](const Launch&) {
    return Result<Variables>(error(Errc::unavailable, "no network"));
  };
  Launch failing = world.script("true");
  failing.python = launch.python;
  const AttemptFailed failure = world.failure_of(failing);
  CHECK(failure.cause == Cause::environment);
  CHECK(failure.message == "no network");
}

TEST_CASE("the next engine adopts an attempt, running or ended") {
  TestFolder folder;
  auto first = std::make_unique<World>(folder / "home");
  World second(folder / "home");
  Launch launch =
      second.script("echo $$ > $TMPDIR/pid; read -r line < $TMPDIR/go; echo $line > $OUTPUTS/o");
  launch.outputs = {artifact("o", "o")};
  const std::string gate = second.folder_of(launch) + "/tmp/go";
  REQUIRE(make_directories(parent_path(gate)).ok());
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  first->executor().start(launch);
  const auto go = open_file(gate, O_WRONLY);  // waits for the step
  REQUIRE(go.ok());
  SUBCASE("running") {
    first.reset();
    second.executor().adopt(launch);
    REQUIRE(write_all(go->get(), "line\n").ok());
  }
  SUBCASE("ended and collected, but not acknowledged") {
    REQUIRE(write_all(go->get(), "line\n").ok());
    first->wait_for_end(launch.attempt);
    first.reset();
    second.executor().adopt(launch);
  }
  SUBCASE("started again instead") {
    first.reset();
    second.executor().start(launch);
    REQUIRE(write_all(go->get(), "line\n").ok());
  }
  const AttemptEnded ended = second.wait_for_end(launch.attempt);
  REQUIRE(std::holds_alternative<AttemptSucceeded>(ended.outcome));
  const auto& outputs = std::get<AttemptSucceeded>(ended.outcome).outputs;
  CHECK(outputs[0].artifact()->digest == sha256("line\n"));
}

TEST_CASE("an attempt that is not there cannot be adopted: it is lost") {
  TestFolder folder;
  World world(folder / "home");
  const Launch launch = world.launch({"true"});
  world.executor().adopt(launch);
  const AttemptEnded ended = world.wait_for_end(launch.attempt);
  CHECK(std::get<AttemptFailed>(ended.outcome).cause == Cause::lost);
}

TEST_CASE("a home that cannot be written says so") {
  TestFolder folder;
  World world(folder / "home");
  folder.write("home/attempts", "a file where a folder should be");
  const AttemptFailed failure = world.failure_of(world.launch({"true"}));
  CHECK(failure.cause == Cause::internal);
  CHECK(failure.message.find("attempts") != std::string::npos);
}

TEST_CASE("many attempts at once all end") {
  TestFolder folder;
  World world(folder / "home");
  std::vector<Launch> launches;
  for (int i = 0; i < 50; ++i) {
    launches.push_back(world.script(fmt::format("echo {} > $OUTPUTS/o", i)));
    launches.back().outputs = {artifact("o", "o")};
  }
  for (const auto& launch : launches) world.executor().start(launch);
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const AttemptEnded ended = world.wait_for_end(launches[i].attempt);
    REQUIRE(std::holds_alternative<AttemptSucceeded>(ended.outcome));
    CHECK(std::get<AttemptSucceeded>(ended.outcome).outputs[0].artifact()->digest ==
          sha256(fmt::format("{}\n", i)));
  }
}

TEST_CASE("outputs that cannot be taken in for now are, once nothing is in the way") {
  const TestFolder folder;
  World world(folder / "home");
  Launch launch = world.script("echo 1 > $OUTPUTS/x");
  launch.outputs = {artifact("x", "x")};
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  world.executor().start(launch);
  // No descriptors are as good as a full disk: exhausted, and that ends.
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  while (!world.executor().trouble()) world.wait();
  CHECK(world.executor().trouble()->message.find("Too many open files") != std::string::npos);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const AttemptEnded ended = world.wait_for_end(launch.attempt);
  CHECK(std::holds_alternative<AttemptSucceeded>(ended.outcome));
  CHECK(!world.executor().trouble());
}

}  // namespace gt
