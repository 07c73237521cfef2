#include "library/stored_vectors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/half.h"

namespace lectern::test {
namespace {

using library::Neighbor;

TEST(StoredVectors, PutNeighborsIntoTheirExactOrder) {
  Database database(":memory:");
  database.execute("CREATE TABLE chunks (id INTEGER PRIMARY KEY, embedding BLOB)");
  const auto store = [&](std::int64_t id, const std::vector<float>& values) {
    std::string bytes;
    for (const float value : values) {
      const std::uint16_t half = float_to_f16(value);
      bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
    }
    Statement(database, "INSERT INTO chunks VALUES (?, ?)").bind(0, id).bind_blob(1, bytes).run();
  };
  store(1, {0.5f, 0});
  store(2, {0, 1, 0.75f, 0});  // two vectors: the nearer counts
  store(3, {0.5f, 1});
  std::vector<Neighbor> nearest = {{1, 0.51f}, {3, 0.505f}, {2, 0.5f}};
  library::StoredVectors(database, 2).settle(nearest, std::vector<float>{1, 0});
  ASSERT_EQ(nearest.size(), 3u);
  EXPECT_EQ(nearest[0].id, 2);
  EXPECT_EQ(nearest[0].similarity, 0.75f);
  EXPECT_EQ(nearest[1].id, 1);
  EXPECT_EQ(nearest[2].id, 3);
  EXPECT_EQ(nearest[2].similarity, 0.5f);
}

TEST(StoredVectors, WhatIsNotStoredKeepsItsSimilarity) {
  Database database(":memory:");
  database.execute("CREATE TABLE chunks (id INTEGER PRIMARY KEY, embedding BLOB)");
  std::vector<Neighbor> nearest = {{7, 0.5f}};
  library::StoredVectors(database, 2).settle(nearest, std::vector<float>{1, 0});
  ASSERT_EQ(nearest.size(), 1u);
  EXPECT_EQ(nearest[0].similarity, 0.5f);
}

}  // namespace
}  // namespace lectern::test
