#include "report/xml_writer.h"

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace cutset::report {
namespace {

TEST(XmlWriter, WhatIsWrittenIsReadBack) {
  XmlWriter xml;
  xml.open("outer");
  xml.attribute("quoted", "a\"b'c<d>&e");
  xml.open("inner");
  xml.text("line 1\n<line 2> & ]]>");
  xml.close();
  xml.open("empty");
  const std::string text = xml.finish();

  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(text.c_str())) << text;
  const pugi::xml_node outer = document.child("outer");
  EXPECT_STREQ(outer.attribute("quoted").value(), "a\"b'c<d>&e");
  EXPECT_STREQ(outer.child("inner").text().get(), "line 1\n<line 2> & ]]>");
  EXPECT_TRUE(outer.child("empty"));
}

TEST(XmlWriter, CharactersThatXmlForbidsDoNotArrive) {
  XmlWriter xml;
  xml.open("a");
  xml.attribute("b", std::string("x\0y\x0b\x1f\xff", 6));
  xml.text("\x01\uFFFE");
  const std::string text = xml.finish();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(text.c_str()));
  EXPECT_STREQ(document.child("a").attribute("b").value(), "x\uFFFDy\uFFFD\uFFFD\uFFFD");
  EXPECT_STREQ(document.child("a").text().get(), "\uFFFD\uFFFD");
}

TEST(XmlWriter, FinishClosesEverything) {
  XmlWriter xml;
  for (const char* tag : {"a", "b", "c"}) xml.open(tag);
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.finish().c_str()));
  EXPECT_TRUE(document.child("a").child("b").child("c"));
}

}  // namespace
}  // namespace cutset::report
