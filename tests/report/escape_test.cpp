#include "report/escape.h"

#include <gtest/gtest.h>

namespace cutset::report {
namespace {

TEST(Escape, ControlCharactersAndMalformedBytesAreReplaced) {
  EXPECT_EQ(clean_text("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(clean_text("a\x7f\xc2\x9b"), "a\uFFFD\uFFFD");
  EXPECT_EQ(clean_text("\xff"), "\uFFFD");
  EXPECT_EQ(clean_text("\xe2\x82"), "\uFFFD\uFFFD") << "a character cut off at the end";
  EXPECT_EQ(clean_text("\xc0\xaf"), "\uFFFD\uFFFD") << "an overlong form";
  EXPECT_EQ(clean_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(clean_text("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD")
      << "beyond the last character";
  EXPECT_EQ(clean_text("ü € 𝄞"), "ü € 𝄞");
}

TEST(Escape, DirectionOfTextCannotBeTurned) {
  EXPECT_EQ(clean_text("a\u202Eb\u2066"), "a\uFFFDb\uFFFD");
}

TEST(Escape, LineEndsStayOnlyWhereAsked) {
  EXPECT_EQ(clean_text("a\nb\tc\r"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(clean_text("a\nb\tc\r", true), "a\nb\tc\uFFFD");
}

TEST(Escape, MarkupIsText) {
  EXPECT_EQ(escape_markup("<a href=\"x\" id='y'>&</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

TEST(Escape, DotTextCannotEndItsQuotes) {
  EXPECT_EQ(quote_dot("a\"b\\\nc"), "\"a\\\"b\\\\\uFFFDc\"");
}

TEST(Escape, ShorteningCountsCharactersNotBytes) {
  EXPECT_EQ(shorten("äöü", 3), "äöü");
  EXPECT_EQ(shorten("äöüß", 3), "äö…");
  EXPECT_EQ(shorten("\xff\xff\xff\xff", 2), "\uFFFD…");
  EXPECT_EQ(count_characters("äö…"), 3U);
}

}  // namespace
}  // namespace cutset::report
