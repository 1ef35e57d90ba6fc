using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SdFleet.Contracts.Identity;

/// <summary>Seeds of the pictures of a job, each of which may be drawn several times. The same on every worker and at every attempt.</summary>
public static class DrawSeed
{
    /// <summary>
    /// The seed of a draw: the first is the job's seed + index; a later one the first four bytes, as a big-endian number, of
    /// SHA-256 over the text <c>seed/index/draw</c> in decimal digits, so 0 to 2^32 - 1.
    /// </summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="index">The picture's place within the job, from 0.</param>
    /// <param name="draw">Which draw, from 0.</param>
    public static long Of(long seed, int index, int draw)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(draw);
        if (draw == 0)
        {
            return seed + index;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{seed}/{index}/{draw}");
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }
}
