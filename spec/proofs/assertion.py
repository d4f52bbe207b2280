"""The two assertions of the thread about its pair of buffers, tried on all four states, with and without the patch's
gap.

    python3 spec/proofs/assertion.py

The patch: `if (!cluster_data) { assert(!cluster_cache); allocate both; }`. The reviewer: `assert(!!cluster_cache ==
!!cluster_data)`, unconditionally. The buffers are meant to be both there or both absent.
"""

for data in (False, True):
    for cache in (False, True):
        patch = data or not cache
        reviewer = cache == data
        print(
            f"data {'there ' if data else 'absent'}  cache {'there ' if cache else 'absent'}  "
            f"meant {'yes' if data == cache else 'no '}  patch {'holds' if patch else 'fails'}  reviewer "
            f"{'holds' if reviewer else 'fails'}"
        )
