#include "rooms/look_alikes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace vitrine {
namespace {

// What the characters from `first` on look like, one letter each; '.' for those that look like nothing.
struct Run {
  char32_t first;
  std::string_view letters;
};
constexpr auto kRuns = std::to_array<Run>({
    {0xAA, "a"},
    {0xB2, "23"},
    {0xB9, "1o"},
    {0xC0,
     "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.yaaaaaaccccccccddddee"
     "eeeeeeeegggggggghhhhiiiiiiiiii..jjkk.llllll..llnnnnnn...oooooooorrrrrrsssssssstttttt"
     "uuuuuuuuuuuuwwyyyzzzzzzs"},
    {0x196, "i"},
    {0x1A0, "oo"},
    {0x1A6, "r"},
    {0x1AF, "uu"},
    {0x1CD, "aaiioouuuuuuuuuu.aaaa"},
    {0x1E6, "ggkkoooo..j...gg..nnaa..ooaaaaeeeeiiiioooorrrruuuusstt..hh"},
    {0x226, "aaeeooooooooyy"},
    {0x251, "a"},
    {0x261, "gg"},
    {0x269, "ii"},
    {0x274, "n"},
    {0x280, "r"},
    {0x28F, "y"},
    {0x299, "b..h..l"},
    {0x2B0, "h.jr...wy"},
    {0x2E1, "lsx"},
    {0x386, "a.eni.o.uwiaby.ezh.ik.mn.o.p..ty.x.wiuaeniuaby.e.n.ik..n.o.p..tu.x.wiuouw.b.uuu"},
    {0x3F0, "kp...e"},
    {0x400, "ee.r.siij...k.y.a.brde.3..k.mhonpcty.x"},
    {0x42C, "b...a.brde.3..k.mhonpcty.x"},
    {0x44C, "b...ee.r.siij...k.y"},
    {0x474, "vvvv"},
    {0x4AE, "y"},
    {0x4BA, "hh"},
    {0x4C0, "l"},
    {0x4CF, "laaaa..ee"},
    {0x4DE, "33"},
    {0x4E6, "oo"},
    {0x4EE, "yyyyyy"},
    {0x500, "dd"},
    {0x50C, "g"},
    {0x51A, "qqww"},
    {0x536, "q"},
    {0x540, "h"},
    {0x548, "n"},
    {0x54D, "u.u.g..fo"},
    {0x566, "q"},
    {0x570, "h"},
    {0x578, "n"},
    {0x57D, "u.u.g..fo"},
    {0x1D00, "a...cd.e..jk.m.o"},
    {0x1D18, "p..tu...vwz"},
    {0x1D2C, "a.b.de.ghijklmn.o.prtuwa.a.bde...g.km.o...ptu..v.by..xiruvbyp.x"},
    {0x1D78, "h"},
    {0x1D9C, "c...f.g..ii"},
    {0x1DAB, "l"},
    {0x1DB0, "n"},
    {0x1DB8, "u..z"},
    {0x1E00,
     "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooo"
     "pppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy.s"},
    {0x1EA0,
     "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyy"
     "yyyyyy"},
    {0x1F00,
     "aaaaaaaaaaaaaaaaeeeeee..eeeeee..nnnnnnnnnnnnnnnniiiiiiiiiiiiiiiioooooo..oooooo..uuuu"
     "uuuu.u.u.u.uwwwwwwwwwwwwwwwwaaeenniioouuww..aaaaaaaaaaaaaaaannnnnnnnnnnnnnnnwwwwwwww"
     "wwwwwwwwaaaaa.aaaaaaa.i...nnn.nneennn...iiii..iiiiii"},
    {0x1FE0, "uuuuppuuuuuup"},
    {0x1FF2, "www.wwoowww"},
    {0x2070, "0i..456789"},
    {0x207F, "n0123456789"},
    {0x2090, "aeox.hklmnpst"},
    {0x2102, "c"},
    {0x210A, "ghhhhhiill.n...pqrrr"},
    {0x2124, "z.w.z.kabc.eef.mo"},
    {0x2139, "i...yy"},
    {0x2145, "ddeij"},
    {0x2160, "i...v"},
    {0x2169, "x..lcdmi...v"},
    {0x2179, "x..lcdm"},
    {0x2460, "123456789"},
    {0x2474, "123456789"},
    {0x249C, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0"},
    {0x2C6D, "a"},
    {0x2C7C, "jv"},
    {0xA69D, "b"},
    {0xA730, "fs"},
    {0xA7AC, "g.i"},
    {0xA7F2, "cfq...ho"},
    {0x10784, "b"},
    {0x10792, "g..hh"},
    {0x107A2, "o..q"},
    {0x107AA, "r"},
    {0x107B2, "y"},
    {0x1FBF0, "0123456789"},
});

constexpr char32_t nth(std::string_view alphabet, char32_t index) {
  return static_cast<char32_t>(alphabet[index % alphabet.size()]);
}
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";

bool between(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
}

}  // namespace

char32_t latin_of(char32_t point) {
  if (between(point, 0xFF01, 0xFF5E)) point -= 0xFEE0;  // full-width forms of ASCII
  if (between(point, 'A', 'Z')) return point + ('a' - 'A');
  if (point < 0x80) return point;
  // Blocks that are one alphabet after another: mathematical letters and digits, squared letters, flags.
  if (between(point, 0x1D400, 0x1D6A3)) return nth(kLetters, (point - 0x1D400) % 52);
  if (between(point, 0x1D7CE, 0x1D7FF)) return U'0' + (point - 0x1D7CE) % 10;
  if (between(point, 0x1F110, 0x1F189) && (point - 0x1F110) % 32 < 26)
    return nth(kLetters, (point - 0x1F110) % 32);
  if (between(point, 0x1F1E6, 0x1F1FF)) return nth(kLetters, point - 0x1F1E6);
  const auto above = std::upper_bound(kRuns.begin(), kRuns.end(), point,
                                      [](char32_t wanted, const Run& run) { return wanted < run.first; });
  if (above == kRuns.begin()) return point;
  const Run& run = *std::prev(above);
  const size_t at = point - run.first;
  if (at >= run.letters.size() || run.letters[at] == '.') return point;
  return static_cast<char32_t>(run.letters[at]);
}

}  // namespace vitrine
