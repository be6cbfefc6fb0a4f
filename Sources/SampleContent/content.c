#include "SampleContent.h"
const unsigned char sample_content_placeholder[] = {0};
