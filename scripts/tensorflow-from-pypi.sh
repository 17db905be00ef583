#!/usr/bin/env bash
# The `tensorflow` engine from PyPI, where storage.googleapis.com cannot be reached or its libtensorflow (2.9, CUDA 11.2) is
# too old for the GPU: TensorFlow's Python wheel holds libtensorflow_cc and the C headers; the Node binding, whose source is
# in the npm package, is compiled against them. Nothing is installed outside node_modules/@tensorflow/tfjs-node-gpu.
#   scripts/tensorflow-from-pypi.sh          CPU, 200 MB
#   scripts/tensorflow-from-pypi.sh --cuda   CUDA 12.2 and cuDNN 8.9 from PyPI as well, 2 GB; needs an NVIDIA driver of 525.60.13 or newer
# Needs Linux x64, pip, unzip, g++ and Node's own headers (beside the node program, or in NODE_INCLUDE).
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=2.15.1
WHEEL=tensorflow-cpu
# What `tensorflow[and-cuda]==2.15.1` asks for.
CUDA=(nvidia-cublas-cu12==12.2.5.6 nvidia-cuda-cupti-cu12==12.2.142 nvidia-cuda-nvcc-cu12==12.2.140
  nvidia-cuda-nvrtc-cu12==12.2.140 nvidia-cuda-runtime-cu12==12.2.140 nvidia-cudnn-cu12==8.9.4.25
  nvidia-cufft-cu12==11.0.8.103 nvidia-curand-cu12==10.3.3.141 nvidia-cusolver-cu12==11.5.2.141
  nvidia-cusparse-cu12==12.1.2.141 nvidia-nvjitlink-cu12==12.2.140)
PACKAGES=()
if [ "${1:-}" = --cuda ]; then
  WHEEL=tensorflow
  PACKAGES=("${CUDA[@]}")
fi

fail() { echo "tensorflow-from-pypi: $*" >&2; exit 1; }
PACKAGE=node_modules/@tensorflow/tfjs-node-gpu
[ -d "$PACKAGE/binding" ] || fail "no $PACKAGE; run npm ci first"
HEADERS=${NODE_INCLUDE:-$(node -p 'require("path").join(require("path").dirname(require("fs").realpathSync(process.execPath)), "..", "include", "node")')}
[ -f "$HEADERS/node_api.h" ] || fail "no node_api.h in $HEADERS; set NODE_INCLUDE to the folder of Node's headers"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The wheel of any Python 3.11 will do: nothing of it is run.
pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --platform manylinux_2_17_x86_64 \
  --platform manylinux2014_x86_64 --platform manylinux1_x86_64 --dest "$work/wheels" "$WHEEL==$VERSION" ${PACKAGES[@]+"${PACKAGES[@]}"}
unzip -q "$work"/wheels/"${WHEEL//-/_}"-*.whl 'tensorflow/libtensorflow*' 'tensorflow/include/tensorflow/*' \
  'tensorflow/include/tsl/*' -d "$work"

rm -rf "$PACKAGE/deps" "$PACKAGE/lib"
mkdir -p "$PACKAGE/deps/lib" "$PACKAGE/lib/napi-v8"
mv "$work"/tensorflow/libtensorflow_cc.so.2 "$work"/tensorflow/libtensorflow_framework.so.2 "$PACKAGE/deps/lib"
# libtensorflow looks for the CUDA libraries in ../nvidia/*/lib of its own folder, as they lie in site-packages.
for wheel in "$work"/wheels/nvidia_*.whl; do
  [ -e "$wheel" ] && unzip -q -o "$wheel" 'nvidia/*' -d "$PACKAGE/deps"
done
g++ -O2 -std=c++17 -shared -fPIC -DNAPI_VERSION=8 -I"$HEADERS" -I"$work/tensorflow/include" \
  "$PACKAGE"/binding/tfjs_backend.cc "$PACKAGE"/binding/tfjs_binding.cc -o "$PACKAGE/lib/napi-v8/tfjs_binding.node" \
  -L"$PACKAGE/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib'
echo "tensorflow-from-pypi: libtensorflow $VERSION is in $PACKAGE; npx spotbench doctor says whether it starts"
