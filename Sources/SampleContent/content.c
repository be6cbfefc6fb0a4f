#include "SampleContent.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// Embedded, so that the program needs no resource bundle beside it (C23 6.10.4).
static const unsigned char community[] = {
#embed "community.bin"
};

const unsigned char *sample_content_bytes(void) { return community; }

size_t sample_content_length(void) { return sizeof community; }
