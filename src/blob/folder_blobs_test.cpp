#include "blob/folder_blobs.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/test_folder.h"
#include "blob/hash_files.h"

namespace gt {

namespace {

struct Fixture {
  TestFolder folder;
  SystemEntropy entropy;
  Home home = *Home::open(folder / "home");
  FolderBlobs store{home, entropy, Durability::sync};

  Result<Blob> take_file(const std::string& path) {
    return store.take_in({.folder = folder / "outputs", .path = path});
  }
  Result<Blob> take_folder(const std::string& path) {
    return store.take_in({.folder = folder / "outputs", .path = path, .is_folder = true});
  }
  std::string output(const std::string& path, const std::string& bytes) {
    return folder.write("outputs/" + path, bytes);
  }
};

struct stat facts_of(const std::string& path) {
  struct stat facts{};
  REQUIRE_MESSAGE(lstat(path.c_str(), &facts) == 0, path);
  return facts;
}

void refuse(const Result<Blob>& blob, Errc code, const std::string& words) {
  REQUIRE(!blob.ok());
  CHECK_MESSAGE(blob.error().code == code, blob.error().message);
  CHECK_MESSAGE(blob.error().message.find(words) != std::string::npos, blob.error().message);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an output is moved, not copied, and becomes read-only") {
  const std::string path = output("raw.csv", "1,2\n");
  const ino_t inode = facts_of(path).st_ino;
  const Blob blob = *take_file("raw.csv");
  CHECK(kind_of(path).value_or(PathKind::other) == PathKind::nothing);
  const struct stat kept = facts_of(store.path_of(blob.name));
  CHECK(kept.st_ino == inode);
  CHECK((kept.st_mode & 07777) == 0444);
  CHECK(store.path_of(blob.name) == home.at("objects/" + blob.name.digest.hex().insert(2, "/")));
}

TEST_CASE_FIXTURE(Fixture,
                  "a folder is moved with its manifest, and everything in it is read-only") {
  output("model/a/b.txt", "b");
  const ino_t inode = facts_of(folder / "outputs/model").st_ino;
  const Blob blob = *take_folder("model");
  const std::string path = store.path_of(blob.name);
  CHECK(facts_of(path).st_ino == inode);
  CHECK((facts_of(path).st_mode & 07777) == 0555);
  CHECK((facts_of(path + "/a").st_mode & 07777) == 0555);
  CHECK((facts_of(path + "/a/b.txt").st_mode & 07777) == 0444);
  CHECK(sha256(*read_file(path + ".manifest")) == blob.name.digest);
}

TEST_CASE_FIXTURE(Fixture, "the same content again costs no place, and an executable stays one") {
  output("one", "same");
  output("two", "same");
  REQUIRE(chmod((folder / "outputs/two").c_str(), 0755) == 0);
  const Blob one = *take_file("one");
  const ino_t inode = facts_of(store.path_of(one.name)).st_ino;
  const Blob two = *take_file("two");
  CHECK(one.name == two.name);
  CHECK(facts_of(store.path_of(one.name)).st_ino == inode);
  CHECK((facts_of(store.path_of(one.name)).st_mode & 07777) == 0555);
  CHECK(kind_of(folder / "outputs/two").value_or(PathKind::other) == PathKind::nothing);
  CHECK(list_directory(home.at("tmp"))->empty());
}

TEST_CASE_FIXTURE(Fixture, "a file with other links is copied, so that nobody can write to it") {
  const std::string other = output("elsewhere", "bytes");
  REQUIRE(link(other.c_str(), (folder / "outputs/file").c_str()) == 0);
  REQUIRE(make_directories(folder / "outputs/model").ok());
  REQUIRE(link(other.c_str(), (folder / "outputs/model/file").c_str()) == 0);
  const Blob file = *take_file("file");
  const Blob tree = *take_folder("model");
  REQUIRE(chmod(other.c_str(), 0644) == 0);
  folder.write("outputs/elsewhere", "");
  const UniqueFd fd = *open_file(other, O_WRONLY);
  REQUIRE(write_all(fd.get(), "overwritten").ok());
  CHECK(*store.check(file.name, CheckDepth::content) == Health::intact);
  CHECK(*store.check(tree.name, CheckDepth::content) == Health::intact);
}

TEST_CASE_FIXTURE(Fixture, "what may not move is copied") {
  output("raw.csv", "1");
  output("model/weights", "2");
  for (const bool is_folder : {false, true}) {
    const auto blob = store.take_in({.folder = folder / "outputs",
                                     .path = is_folder ? "model" : "raw.csv",
                                     .is_folder = is_folder,
                                     .may_move = false});
    REQUIRE_MESSAGE(blob.ok(), blob.error().message);
    CHECK(*store.check(blob->name, CheckDepth::content) == Health::intact);
  }
  CHECK(*read_file(folder / "outputs/raw.csv") == "1");
  folder.write("outputs/model/weights", "still mine");
  CHECK(list_directory(home.at("tmp"))->empty());
}

TEST_CASE_FIXTURE(Fixture, "another file system is no obstacle") {
  if (kind_of("/dev/shm").value_or(PathKind::nothing) != PathKind::directory) return;
  const std::string elsewhere = "/dev/shm/" + std::string(file_name(folder.path()));
  REQUIRE(make_directories(elsewhere + "/model").ok());
  for (const char* name : {"/file", "/model/a"})
    REQUIRE(write_file_atomically(elsewhere + name, "bytes", Durability::none).ok());
  CHECK(store.take_in({.folder = elsewhere, .path = "file"}).ok());
  CHECK(store.take_in({.folder = elsewhere, .path = "model", .is_folder = true}).ok());
  REQUIRE(remove_tree(elsewhere).ok());
}

TEST_CASE_FIXTURE(Fixture, "missing outputs and outputs of the wrong kind are told apart") {
  output("file", "1");
  REQUIRE(make_directories(folder / "outputs/model").ok());
  REQUIRE(symlink("file", (folder / "outputs/link").c_str()) == 0);
  refuse(take_file("absent"), Errc::not_found, "absent is not there");
  refuse(take_file("no/folder/here"), Errc::not_found, "no/folder/here is not there");
  refuse(take_file("model"), Errc::invalid, "model is a folder, where a file was declared");
  refuse(take_folder("file"), Errc::invalid, "file is a file, where a folder was declared");
  refuse(take_file("link"), Errc::invalid, "link is a symbolic link");
  for (const char* path : {"", "/", "/etc/passwd", "..", "model/.."})
    CHECK(take_file(path).error().code == Errc::invalid);
}

TEST_CASE_FIXTURE(Fixture, "paths that leave the folder are refused") {
  output("model/a", "1");
  folder.write("secret", "s");
  REQUIRE(symlink(folder.path().c_str(), (folder / "outputs/out").c_str()) == 0);
  refuse(take_file("out/secret"), Errc::invalid, "symbolic link");
  refuse(take_file("../secret"), Errc::invalid, "leaves its folder");
  REQUIRE(symlink("../../secret", (folder / "outputs/model/escape").c_str()) == 0);
  refuse(take_folder("model"), Errc::invalid,
         "model/escape is a link to ../../secret, which may lie outside");
  CHECK(*read_file(folder / "secret") == "s");
}

TEST_CASE_FIXTURE(Fixture, "what is neither file, folder nor link is refused by name") {
  output("model/a", "1");
  const std::string odd = folder / "outputs/model/odd\nname";
  SUBCASE("FIFO") {
    REQUIRE(mkfifo(odd.c_str(), 0600) == 0);
    refuse(take_folder("model"), Errc::invalid, "model/odd\\nname is a FIFO");
    refuse(take_file("model/odd\nname"), Errc::invalid, "a FIFO, where a file");
  }
  SUBCASE("socket") {
    const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM, 0));
    REQUIRE(chdir((folder / "outputs/model").c_str()) == 0);
    sockaddr_un address{AF_UNIX, "odd\nname"};
    REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(chdir("/") == 0);
    refuse(take_folder("model"), Errc::invalid, "a socket");
  }
  SUBCASE("device") {
    if (mknod(odd.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) return;  // for root only
    refuse(take_folder("model"), Errc::invalid, "a device");
  }
}

TEST_CASE_FIXTURE(Fixture, "folders that are too deep are refused, not followed to the end") {
  std::string path = "model";
  for (int i = 0; i <= folder_depth_max; ++i) path += "/d";
  output(path + "/file", "1");
  refuse(take_folder("model"), Errc::invalid, "deep");
}

TEST_CASE_FIXTURE(Fixture, "a file that changes while it is read is refused") {
  const UniqueFd fd = *open_file(output("growing", std::string(4 << 20, 'x')), O_WRONLY | O_APPEND);
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    while (!stop) static_cast<void>(write_all(fd.get(), "more").ok());
  });
  const UniqueFd reading = *open_file(folder / "outputs/growing", O_RDONLY);
  // Until the writer gets a turn while we read.
  auto digest = hash_open_file(reading.get());
  for (int i = 0; i < 10000 && digest.ok(); ++i) digest = hash_open_file(reading.get());
  stop = true;
  REQUIRE(!digest.ok());
  CHECK(digest.error().code == Errc::conflict);
}

TEST_CASE_FIXTURE(Fixture, "a file that changed between looking and reading is refused") {
  output("model/a", "1");
  const UniqueFd root = *open_file(folder / "outputs/model", O_RDONLY);
  TreeScan scan = *scan_tree(root.get(), "model");
  output("model/a", "12");
  const auto hashed = hash_files(root.get(), "model", scan, Sealing::none);
  REQUIRE(!hashed.ok());
  CHECK(hashed.error().code == Errc::conflict);
  CHECK(hashed.error().message == "model/a: it changes while it is read");
}

TEST_CASE_FIXTURE(Fixture, "unreadable files of our own are kept all the same") {
  output("model/locked/file", "1");
  REQUIRE(chmod((folder / "outputs/model/locked/file").c_str(), 0) == 0);
  REQUIRE(chmod((folder / "outputs/model/locked").c_str(), 0) == 0);
  CHECK(take_folder("model").ok());
}

TEST_CASE_FIXTURE(Fixture, "a written artifact is noticed at a glance, and set aside") {
  output("file", "12345");
  output("model/a/b", "1");
  const Blob file = *take_file("file"), tree = *take_folder("model");
  const auto overwrite = [&](const std::string& path) {
    REQUIRE(chmod(path.c_str(), 0644) == 0);
    const UniqueFd fd = *open_file(path, O_WRONLY);
    REQUIRE(write_all(fd.get(), "X").ok());
  };
  overwrite(store.path_of(file.name));
  overwrite(store.path_of(tree.name) + "/a/b");
  for (const Blob& blob : {file, tree}) {
    CHECK(*store.check(blob.name, CheckDepth::quick) == Health::changed);
    REQUIRE(store.quarantine(blob.name).ok());
    CHECK(*store.check(blob.name, CheckDepth::quick) == Health::missing);
    CHECK(store.quarantine(blob.name).ok());
  }
  CHECK(list_directory(home.at("quarantine"))->size() == 2);
  // The same output comes again and is whole.
  output("file", "12345");
  output("model/a/b", "1");
  CHECK(take_file("file")->name == file.name);
  CHECK(take_folder("model")->name == tree.name);
  CHECK(*store.check(file.name, CheckDepth::content) == Health::intact);
  CHECK(*store.check(tree.name, CheckDepth::content) == Health::intact);
}

TEST_CASE_FIXTURE(Fixture, "an added or removed file in a folder is noticed at a glance") {
  output("model/a/b", "1");
  output("model/c", "2");
  const Blob tree = *take_folder("model");
  const std::string path = store.path_of(tree.name);
  REQUIRE(chmod((path + "/a").c_str(), 0755) == 0);
  SUBCASE("added") { folder.write("home" + path.substr(home.path().size()) + "/a/new", ""); }
  SUBCASE("removed") { REQUIRE(unlink((path + "/a/b").c_str()) == 0); }
  CHECK(*store.check(tree.name, CheckDepth::quick) == Health::changed);
}

TEST_CASE_FIXTURE(Fixture, "a store that was copied without its times heals itself") {
  output("file", "12345");
  output("model/a/b", "1");
  const Blob file = *take_file("file"), tree = *take_folder("model");
  for (const std::string& path :
       {store.path_of(file.name), store.path_of(tree.name) + "/a/b", store.path_of(tree.name)})
    REQUIRE(utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0);
  REQUIRE(unlink((store.path_of(tree.name) + ".manifest").c_str()) == 0);
  const std::vector<Blob> both = {file, tree};
  CHECK(*store.rely_on(both) == std::vector<bool>{true, true});
  CHECK(facts_of(store.path_of(file.name)).st_mtim.tv_sec == 946684800);
  CHECK(sha256(*read_file(store.path_of(tree.name) + ".manifest")) == tree.name.digest);
}

TEST_CASE_FIXTURE(Fixture, "a damaged artifact is not relied on, and makes room for a good one") {
  output("file", "12345");
  const Blob file = *take_file("file");
  REQUIRE(chmod(store.path_of(file.name).c_str(), 0644) == 0);
  REQUIRE(truncate(store.path_of(file.name).c_str(), 0) == 0);
  CHECK(*store.rely_on(std::span(&file, 1)) == std::vector<bool>{false});
  CHECK(*store.check(file.name, CheckDepth::quick) == Health::missing);
  output("file", "12345");
  CHECK(take_file("file").ok());
  CHECK(*store.rely_on(std::span(&file, 1)) == std::vector<bool>{true});
}

TEST_CASE_FIXTURE(Fixture, "an intake that was not recorded can be repeated by its receipt") {
  output("raw.csv", "1");
  output("model/a", "2");
  const Intake file{.folder = folder / "outputs", .path = "raw.csv", .receipt = folder / "r1"};
  const Intake tree{
      .folder = folder / "outputs", .path = "model", .is_folder = true, .receipt = folder / "r2"};
  for (const Intake& intake : {file, tree}) {
    const auto first = store.take_in(intake);
    REQUIRE_MESSAGE(first.ok(), first.error().message);
    const auto again = store.take_in(intake);
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    CHECK(again->name == first->name);
    CHECK(again->bytes == first->bytes);
    // A receipt does not help when the artifact itself is gone.
    REQUIRE(store.quarantine(first->name).ok());
    CHECK(store.take_in(intake).error().code == Errc::not_found);
  }
}

TEST_CASE_FIXTURE(Fixture, "what a living process relies on survives another one's sweep") {
  const auto nothing = []() -> Result<std::unordered_set<Digest>> {
    return std::unordered_set<Digest>();
  };
  int channel[2], back[2];
  REQUIRE(pipe(channel) == 0);
  REQUIRE(pipe(back) == 0);
  output("file", "1");
  const pid_t child = fork();
  if (child == 0) {
    FolderBlobs own(home, entropy, Durability::none);
    const auto blob = own.take_in({.folder = folder / "outputs", .path = "file"});
    static_cast<void>(*own.put_bytes("left behind"));
    folder.write("home/tmp/unrelated", "");
    if (write(channel[1], blob.ok() ? "y" : "n", 1) != 1) _exit(1);
    char byte = 0;
    _exit(read(back[0], &byte, 1) == 1 ? 0 : 1);  // without any destructor
  }
  char byte = 0;
  REQUIRE(read(channel[0], &byte, 1) == 1);
  CHECK(byte == 'y');
  CHECK(store.sweep(nothing, SweepMode::remove)->blobs == 0);
  REQUIRE(write(back[1], "x", 1) == 1);
  waitpid(child, nullptr, 0);
  CHECK(store.sweep(nothing, SweepMode::remove)->blobs == 2);
  for (const int fd : {channel[0], channel[1], back[0], back[1]}) close(fd);
}

TEST_CASE_FIXTURE(Fixture, "many threads that take in the same and different things agree") {
  constexpr int threads = 4, files = 40;
  for (int t = 0; t < threads; ++t)
    for (int i = 0; i < files; ++i) {
      output(fmt::format("{}/{}", t, i), std::to_string(i));
      output(fmt::format("{}/tree{}/x", t, i), std::to_string(i));
    }
  std::vector<std::jthread> pool;
  std::atomic<int> taken = 0;
  FolderBlobs quick(home, entropy, Durability::none);
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      for (int i = 0; i < files; ++i) {
        const std::string root = folder / fmt::format("outputs/{}", t);
        if (quick.take_in({.folder = root, .path = std::to_string(i)}).ok()) ++taken;
        if (quick.take_in({.folder = root, .path = fmt::format("tree{}", i), .is_folder = true})
                .ok())
          ++taken;
      }
    });
  pool.clear();
  CHECK(taken == threads * files * 2);
  CHECK(list_directory(home.at("tmp"))->empty());
}

TEST_CASE_FIXTURE(Fixture, "sweeps beside intakes take nothing that was taken in") {
  FolderBlobs quick(home, entropy, Durability::none), sweeper(home, entropy, Durability::none);
  std::atomic<int> sweeps = 0;
  std::jthread other([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto nothing = [] {
        return Result<std::unordered_set<Digest>>(std::unordered_set<Digest>());
      };
      if (sweeper.sweep(nothing, SweepMode::remove).ok()) ++sweeps;
    }
  });
  // The same few contents again and again, so that intakes rely on what a sweep is about to take.
  for (int i = 0; i < 400 || sweeps < 3; ++i) {
    output("file", std::to_string(i % 3));
    const auto blob = quick.take_in({.folder = folder / "outputs", .path = "file"});
    REQUIRE_MESSAGE(blob.ok(), blob.error().message);
    REQUIRE(*quick.check(blob->name, CheckDepth::content) == Health::intact);
    if (i % 5 == 4) REQUIRE(quick.release().ok());
  }
}

TEST_CASE_FIXTURE(Fixture, "a folder of many files is hashed by several threads alike") {
  for (int i = 0; i < 500; ++i) output(fmt::format("model/{}", i), std::to_string(i));
  for (int i = 0; i < 500; ++i) output(fmt::format("again/{}", i), std::to_string(i));
  const Blob blob = *take_folder("model");
  CHECK(blob.files == 500);
  CHECK(take_folder("again")->name == blob.name);
  CHECK(*store.check(blob.name, CheckDepth::content) == Health::intact);
}

TEST_CASE_FIXTURE(Fixture, "a link in the place of the attempt's folder is not followed") {
  folder.write("elsewhere/x", "precious");
  REQUIRE(::symlink("elsewhere", (folder / "outputs").c_str()) == 0);
  CHECK(!take_file("x").ok());
  CHECK(read_file(folder / "elsewhere/x").value_or("") == "precious");
}

}  // namespace gt
