#include "runtime/block_manager.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

#include "runtime/byte_tokenizer.h"

namespace lectern::runtime {
namespace {

constexpr int kBlock = 16;

const ByteTokenizer& tokenizer() {
  static const ByteTokenizer one;
  return one;
}

std::unique_ptr<Sequence> sequence(const BlockManager& blocks, std::vector<TokenId> prompt) {
  Request request;
  request.prompt = std::move(prompt);
  return std::make_unique<Sequence>(std::move(request), 4096, static_cast<int>(blocks.pools().size()), tokenizer());
}

std::vector<TokenId> tokens(int count, TokenId first = 0) {
  std::vector<TokenId> all;
  for (int i = 0; i < count; ++i) all.push_back(first + i);
  return all;
}

void compute(BlockManager& blocks, Sequence& s, int count) {
  ASSERT_GE(blocks.room(s, count), count);
  blocks.allocate(s, count);
  blocks.commit(s, count);
}

TEST(BlockManager, GivesAndTakesBlocks) {
  BlockManager blocks(kBlock, {{10, 0}}, false);
  auto a = sequence(blocks, tokens(40));
  EXPECT_EQ(blocks.room(*a, 1000), 160);
  compute(blocks, *a, 17);
  EXPECT_EQ(blocks.free(), 8);
  compute(blocks, *a, 15);  // the second block is just full
  EXPECT_EQ(blocks.free(), 8);
  compute(blocks, *a, 1);
  EXPECT_EQ(blocks.free(), 7);
  blocks.release(*a);
  EXPECT_EQ(blocks.free(), 10);
  EXPECT_EQ(a->computed, 0);
}

TEST(BlockManager, ReusesABeginningButComputesTheLastToken) {
  BlockManager blocks(kBlock, {{10, 0}}, true);
  auto a = sequence(blocks, tokens(48));
  compute(blocks, *a, 48);
  const auto held = a->tables[0].blocks;

  auto same = sequence(blocks, tokens(48));
  blocks.adopt_prefix(*same);
  EXPECT_EQ(same->computed, 32);
  EXPECT_EQ(same->tables[0].blocks, (std::vector<std::int32_t>{held[0], held[1]}));
  EXPECT_EQ(blocks.pools()[0].references(held[0]), 2);

  auto longer = sequence(blocks, tokens(49));
  blocks.adopt_prefix(*longer);
  EXPECT_EQ(longer->computed, 48);

  blocks.release(*a);
  EXPECT_EQ(blocks.free(), 7);  // the others hold them
  blocks.release(*same);
  blocks.release(*longer);
  EXPECT_EQ(blocks.free(), 10);

  auto later = sequence(blocks, tokens(49));
  blocks.adopt_prefix(*later);  // out of the free blocks
  EXPECT_EQ(later->computed, 48);
  EXPECT_EQ(later->tables[0].blocks, held);
  blocks.release(*later);
}

TEST(BlockManager, ABlockIsSharedOnlyAfterTheSameBeginning) {
  BlockManager blocks(kBlock, {{20, 0}}, true);
  auto a = sequence(blocks, tokens(64));
  compute(blocks, *a, 64);
  auto other = tokens(64);
  other[3] = 99;  // the second, third and fourth block have the same tokens
  auto b = sequence(blocks, other);
  blocks.adopt_prefix(*b);
  EXPECT_EQ(b->computed, 0);
  other = tokens(64);
  other[20] = 99;
  auto c = sequence(blocks, other);
  blocks.adopt_prefix(*c);
  EXPECT_EQ(c->computed, 16);
}

TEST(BlockManager, RequestsMayStayOutOfTheCache) {
  BlockManager blocks(kBlock, {{20, 0}}, true);
  auto secret = sequence(blocks, tokens(64));
  secret->request.prefix_cache = false;
  compute(blocks, *secret, 64);
  auto a = sequence(blocks, tokens(64));
  blocks.adopt_prefix(*a);
  EXPECT_EQ(a->computed, 0);
  compute(blocks, *a, 64);
  auto again = sequence(blocks, tokens(64));
  again->request.prefix_cache = false;
  blocks.adopt_prefix(*again);
  EXPECT_EQ(again->computed, 0);
  auto logits = sequence(blocks, tokens(64));
  logits->request.on_prompt_logits = [](int, std::span<const float>) {};
  blocks.adopt_prefix(*logits);
  EXPECT_EQ(logits->computed, 0);
  auto late = sequence(blocks, tokens(64));
  late->request.on_prompt_logits = [](int, std::span<const float>) {};
  late->prompt_logits_reported = 40;
  blocks.adopt_prefix(*late);
  EXPECT_EQ(late->computed, 40 / kBlock * kBlock) << "a token whose logits are wanted is computed";
}

TEST(BlockManager, EvictsWhatWasLetGoLongestAgoFromItsEnd) {
  BlockManager blocks(kBlock, {{6, 0}}, true);
  for (const TokenId first : {0, 1000}) {
    auto s = sequence(blocks, tokens(48, first));
    compute(blocks, *s, 48);
    blocks.release(*s);
  }
  auto big = sequence(blocks, tokens(16, 5000));
  compute(blocks, *big, 16);  // takes one block of the first
  auto first = sequence(blocks, tokens(49));
  blocks.adopt_prefix(*first);
  EXPECT_EQ(first->computed, 32);
  auto second = sequence(blocks, tokens(49, 1000));
  blocks.adopt_prefix(*second);
  EXPECT_EQ(second->computed, 48);
  EXPECT_EQ(blocks.free(), 0);
  EXPECT_EQ(blocks.room(*first, 17), 0);
}

TEST(BlockManager, FreesBlocksBehindAWindow) {
  BlockManager blocks(kBlock, {{40, 0}, {8, 40}}, true);
  auto s = sequence(blocks, tokens(400));
  for (int computed = 0; computed < 400; computed += 10) {
    compute(blocks, *s, 10);
    const auto& table = s->tables[1];
    const int oldest_needed = std::max(0, s->computed - 40 + 1);  // position s->computed comes next
    EXPECT_EQ(table.first, oldest_needed / kBlock);
    for (int i = 0; i < static_cast<int>(table.blocks.size()); ++i) {
      EXPECT_EQ(table.blocks[static_cast<std::size_t>(i)] >= 0, i >= table.first);
    }
    EXPECT_LE(blocks.pools()[1].total() - blocks.pools()[1].free(), 4);
  }
  EXPECT_EQ(blocks.pools()[0].free(), 40 - 25);
  blocks.release(*s);
  EXPECT_EQ(blocks.free(), blocks.total());
}

TEST(BlockManager, AWindowedGroupServesABeginningWhileItsWindowIsThere) {
  BlockManager blocks(kBlock, {{40, 0}, {12, 40}}, true);
  auto s = sequence(blocks, tokens(160));
  for (int i = 0; i < 10; ++i) compute(blocks, *s, 16);
  blocks.release(*s);

  auto same = sequence(blocks, tokens(161));
  blocks.adopt_prefix(*same);
  EXPECT_EQ(same->computed, 160);
  EXPECT_EQ(same->tables[1].first, (160 - 39) / kBlock);
  EXPECT_EQ(same->tables[1].blocks[static_cast<std::size_t>(same->tables[1].first - 1)], -1);
  blocks.release(*same);

  auto other = sequence(blocks, tokens(96, 7000));
  for (int i = 0; i < 6; ++i) compute(blocks, *other, 16);  // evicts the oldest windowed blocks
  blocks.release(*other);
  auto shorter = sequence(blocks, tokens(33));
  blocks.adopt_prefix(*shorter);
  EXPECT_EQ(shorter->computed, 0);
  auto again = sequence(blocks, tokens(161));
  blocks.adopt_prefix(*again);
  EXPECT_EQ(again->computed, 160);
}

TEST(BlockManager, KnowsWhatCouldNeverFit) {
  BlockManager full(kBlock, {{4, 0}}, true);
  EXPECT_TRUE(full.could_fit(64));
  EXPECT_FALSE(full.could_fit(65));
  EXPECT_EQ(full.longest(), 64);
  BlockManager windowed(kBlock, {{4, 40}}, true);  // a window of 40 touches 4 blocks at most
  EXPECT_TRUE(windowed.could_fit(100000));
  BlockManager narrow(kBlock, {{3, 40}}, true);
  EXPECT_TRUE(narrow.could_fit(48));
  EXPECT_FALSE(narrow.could_fit(49));
  EXPECT_EQ(narrow.longest(), 48);
}

TEST(BlockManager, RollsBackWhatWasNotCommitted) {
  BlockManager blocks(kBlock, {{10, 0}, {10, 20}}, true);
  auto a = sequence(blocks, tokens(200));
  compute(blocks, *a, 30);
  const auto before = a->tables[0].blocks;
  const int free = blocks.free();
  blocks.allocate(*a, 40);  // of which only three turn out right
  EXPECT_EQ(a->tables[0].blocks.size(), 5u);
  blocks.commit(*a, 3);
  blocks.roll_back(*a);
  EXPECT_EQ(a->tables[0].blocks.size(), 3u);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), a->tables[0].blocks.begin()));
  EXPECT_EQ(blocks.free(), free - 2);
  const auto held = a->tables[1].blocks;
  blocks.roll_back(*a);  // nothing is left to roll back
  EXPECT_EQ(a->tables[1].blocks, held);
  compute(blocks, *a, 100);
  blocks.release(*a);
  EXPECT_EQ(blocks.free(), blocks.total());
}

// Random sequences come, grow, share and go: no block is in two places that do not share a beginning, and none is lost.
TEST(BlockManager, KeepsItsBooksUnderRandomUse) {
  std::mt19937 random(11);
  BlockManager blocks(kBlock, {{60, 0}, {50, 30}}, true);
  std::vector<std::unique_ptr<Sequence>> live;
  for (int round = 0; round < 4000; ++round) {
    if (live.size() < 6 && random() % 3 == 0) {
      auto s =
          sequence(blocks, tokens(20 + static_cast<int>(random() % 200), static_cast<TokenId>(1000 * (random() % 3))));
      if (random() % 2 == 0) s->tokens.back() = 9;
      s->request.prefix_cache = random() % 4 != 0;
      blocks.adopt_prefix(*s);
      live.push_back(std::move(s));
    } else if (!live.empty()) {
      const auto chosen = random() % live.size();
      Sequence& s = *live[chosen];
      const int room = blocks.room(s, std::min(s.pending(), 1 + static_cast<int>(random() % 40)));
      if (room > 0 && random() % 12 != 0) {
        blocks.allocate(s, room);
        blocks.commit(s, 1 + static_cast<int>(random() % static_cast<unsigned>(room)));
        blocks.roll_back(s);
      } else {
        blocks.release(s);
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(chosen));
      }
    }
    for (std::size_t g = 0; g < 2; ++g) {
      // Who holds a block, and after which tokens: all holders must agree.
      std::map<std::int32_t, std::pair<int, std::vector<TokenId>>> held;
      for (const auto& s : live) {
        const auto& table = s->tables[g];
        for (std::size_t i = static_cast<std::size_t>(table.first); i < table.blocks.size(); ++i) {
          const auto end = std::min<std::size_t>((i + 1) * kBlock, static_cast<std::size_t>(s->computed));
          const std::vector<TokenId> beginning(s->tokens.begin(), s->tokens.begin() + static_cast<std::ptrdiff_t>(end));
          auto [place, first] = held.try_emplace(table.blocks[i], 0, beginning);
          ++place->second.first;
          ASSERT_TRUE(first || place->second.second == beginning);
        }
      }
      const BlockPool& pool = blocks.pools()[g];
      ASSERT_EQ(pool.free(), pool.total() - static_cast<int>(held.size()));
      for (const auto& [block, holders] : held) ASSERT_EQ(pool.references(block), holders.first);
    }
  }
  for (auto& s : live) blocks.release(*s);
  EXPECT_EQ(blocks.free(), blocks.total());
}

}  // namespace
}  // namespace lectern::runtime
