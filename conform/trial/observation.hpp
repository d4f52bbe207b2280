// What an implementation did when it was asked for one operation on one image.
#pragma once

#include "bench/image_copy.hpp"
#include "corpus/case.hpp"
#include "implementation/implementation.hpp"
#include "trial/observed.hpp"

namespace conform {

/// `copy` holds the image; of write, the raw disk.
Observation observe(const Implementation& implementation, const Operation& operation, const ImageCopy& copy,
                    const Allowance& allowance, const Plan& plan = {});

}  // namespace conform
